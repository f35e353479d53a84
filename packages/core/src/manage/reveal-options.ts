import { checkNames } from '../check/index.js'
import type { Hasher, Sealer } from '../crypto/index.js'
import { InvalidOptions } from '../errors/index.js'

/** Where tokens are kept sealed. */
export interface RevealSettings {
  readonly sealer: Sealer
  /** Whether tokens of this environment are sealed, and may be shown again. */
  covers(environment: string | null): boolean
}

/** @throws {@link InvalidOptions} */
export function readReveal(reveal: unknown, known: readonly (string | null)[], hasher: Hasher): RevealSettings | null {
  if (reveal === undefined || reveal === null) return null
  if (typeof reveal === 'object' && 'sealer' in reveal)
    checkNames(reveal, { sealer: true, environments: true }, { at: 'reveal' })
  const { sealer = reveal, environments } = reveal as Partial<Record<string, unknown>> // both are checked below
  if (!isSealer(sealer)) throw new InvalidOptions('reveal', 'sealer({ … }), or { sealer, environments }')
  if (environments !== undefined) {
    if (!Array.isArray(environments) || !environments.every((name) => known.includes(name))) {
      throw new InvalidOptions('reveal.environments', 'a list of some of the environments')
    }
  }
  // One secret for two purposes would let the one be used to break the other.
  if (sealer.sharesKeyWith(hasher)) throw new InvalidOptions('reveal', 'keys that are not peppers of the hasher')
  return {
    sealer,
    covers: (environment) => environments === undefined || environments.includes(environment ?? ''),
  }
}

function isSealer(value: unknown): value is Sealer {
  const methods = ['seal', 'open', 'keyIdOf', 'sharesKeyWith'] as const
  return methods.every((name) => typeof (value as Partial<Sealer> | null)?.[name] === 'function')
}
