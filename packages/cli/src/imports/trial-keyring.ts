import { createKeyring, type ImportInput, type Keyring, memoryStore, sha256 } from '@keywright/core'
import { adapterOf } from '@keywright/core/adapter'
import { Failure } from '../terminal/index.js'

/**
 * A keyring in memory with the access model and the tokens of another: what it refuses, that one refuses as well. It knows neither
 * the plans nor the functions of the project.
 *
 * @throws Failure where the other keyring imports nothing.
 */
export function trialKeyring(keyring: Keyring): Keyring {
  const { format } = adapterOf(keyring)
  if (!format.opaque)
    throw new Failure(
      'config_failed',
      'Option imports is missing: add imports: {} to createKeyring, so that imported keys are recognised.',
    )
  const [prefix = '', ...others] = [...new Set([...format.namespaces, ...format.foreign])]
  const [secretLength, ...lengths] = format.secretLength
  const older = lengths.map((length) => ({ prefix, secretLength: length }))
  return createKeyring({
    prefix,
    secretLength,
    formerly: [...others.map((other) => ({ prefix: other })), ...older],
    access: keyring.access,
    store: memoryStore(),
    hasher: sha256(),
    resolveOwner: 'uncapped',
    imports: {},
    onEvent: () => {},
  })
}

/** Whether the project hashes tokens that can be guessed is not known here, so it is not tried. */
export function asTried(input: ImportInput): ImportInput {
  return 'token' in input.secret ? { ...input, entropyBits: Math.max(input.entropyBits, 112) } : input
}
