import { checkNames, type NamesOf } from '../check/index.js'
import { InvalidOptions } from '../errors/index.js'
import type { Hasher } from './hasher.js'

/** Which keys of elsewhere are recognised. */
export interface ImportOptions {
  /** The salt of the keypal installation that keys came from. @defaultValue none */
  readonly keypalSalt?: string | undefined
  /**
   * Hashes imported secrets of less than 112 bits: `argon2id()` of `@keywright/argon2`. Such secrets can be guessed, so the
   * keyring needs a `failureLimit` as well. @defaultValue none: they are refused
   */
  readonly slowHasher?: Hasher | undefined
}

const importNames: NamesOf<ImportOptions> = { keypalSalt: true, slowHasher: true }

/** {@link ImportOptions}, read. */
export interface ImportSettings {
  readonly salt: string
  readonly slowHasher: Hasher | null
}

/**
 * @param limitsFailures - Whether the keyring has a `failureLimit`.
 * @throws {@link InvalidOptions}
 */
export function readImports(imports: unknown, limitsFailures: boolean): ImportSettings | null {
  if (imports === undefined) return null
  if (typeof imports !== 'object' || imports === null) throw new InvalidOptions('imports', '{ keypalSalt, slowHasher }')
  checkNames(imports, importNames, { at: 'imports' })
  const { keypalSalt = '', slowHasher = null } = imports as Partial<Record<string, unknown>> // both are checked here
  if (typeof keypalSalt !== 'string') throw new InvalidOptions('imports.keypalSalt', 'a text')
  if (slowHasher !== null && typeof (slowHasher as Partial<Hasher>).verify !== 'function') {
    throw new InvalidOptions('imports.slowHasher', 'a hasher such as argon2id()')
  }
  if (slowHasher !== null && !limitsFailures) {
    throw new InvalidOptions(
      'failureLimit',
      '{ limit, windowMs }',
      'Option imports.slowHasher needs failureLimit: secrets of less than 112 bits can be guessed by who may try without end.',
    )
  }
  return { salt: keypalSalt, slowHasher: slowHasher as Hasher | null } // as was just asked
}
