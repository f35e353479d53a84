import type { Hasher } from '../crypto/index.js'
import { InvalidOptions } from '../errors/index.js'

/** Which keys of elsewhere are recognised. */
export interface ImportOptions {
  /** The salt of the keypal installation that keys came from. @defaultValue none */
  readonly keypalSalt?: string | undefined
  /** Hashes imported secrets of less than 112 bits: `argon2id()` of `@keywright/argon2` (HASH-10). @defaultValue none: they are refused */
  readonly slowHasher?: Hasher | undefined
}

/** {@link ImportOptions}, read. */
export interface ImportSettings {
  readonly salt: string
  readonly slowHasher: Hasher | null
}

/** @throws {@link InvalidOptions} */
export function readImports(imports: unknown): ImportSettings | null {
  if (imports === undefined) return null
  if (typeof imports !== 'object' || imports === null) throw new InvalidOptions('imports', '{ keypalSalt, slowHasher }')
  const { keypalSalt = '', slowHasher = null } = imports as Partial<Record<string, unknown>> // both are checked here
  if (typeof keypalSalt !== 'string') throw new InvalidOptions('imports.keypalSalt', 'a text')
  if (slowHasher !== null && typeof (slowHasher as Partial<Hasher>).verify !== 'function') {
    throw new InvalidOptions('imports.slowHasher', 'a hasher such as argon2id()')
  }
  return { salt: keypalSalt, slowHasher: slowHasher as Hasher | null } // as was just asked
}
