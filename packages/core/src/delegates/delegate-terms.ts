import { createSecretKey, type KeyObject } from 'node:crypto'
import { checkNames, type NamesOf, wholeNumber } from '../check/index.js'
import { childKeyPurpose } from '../child-token/index.js'
import type { Hasher } from '../crypto/index.js'
import { InvalidOptions } from '../errors/index.js'

/** How far a key's token may be delegated. */
export interface DelegateOptions {
  /** The longest life of a delegated token, in milliseconds, 1000 to 86400000. @defaultValue 900000: 15 minutes */
  readonly maxTtlMs?: number | undefined
  /** How often a token may be passed on: 1 lets keys delegate, and what they delegated not. At most 8. @defaultValue 1 */
  readonly maxDepth?: number | undefined
}

/** A part of `KeyringOptions`. */
export interface DelegateOption {
  /**
   * Lets `keyring.delegate` make tokens that can do a part of what a key can, for minutes: for sub-agents and browsers. Needs a hasher
   * with peppers, whose keys sign them; every process that verifies needs the option. @defaultValue off: no such token is good
   */
  readonly delegates?: DelegateOptions | undefined
}

/** {@link DelegateOptions}, read. */
export interface DelegateTerms {
  readonly maxTtlMs: number
  readonly maxDepth: number
  /** What signs, first; all of them verify. */
  readonly keys: readonly [KeyObject, ...KeyObject[]]
}

/** What whoever looks at tokens needs of it. */
export interface DelegateParts {
  /** `null`: no delegated token is good. */
  readonly delegates: DelegateTerms | null
}

const names: NamesOf<DelegateOptions> = { maxTtlMs: true, maxDepth: true }

/** @throws {@link InvalidOptions} */
export function readDelegates(options: unknown, hasher: Hasher): DelegateTerms | null {
  if (options === undefined) return null
  checkNames(options, names, { at: 'delegates' })
  const { maxTtlMs = 900_000, maxDepth = 1 } = options as Partial<Record<string, unknown>> // both are checked here
  const [signer, ...others] = (hasher.deriveKeys?.(childKeyPurpose) ?? []).map((key) => createSecretKey(key))
  if (signer === undefined) {
    const message =
      'Option delegates needs a hasher with peppers, which sign delegated tokens: hasher: hmacSha256({ current, peppers }).'
    throw new InvalidOptions('delegates', 'left out, or beside a hasher with peppers', message)
  }
  return Object.freeze({
    maxTtlMs: wholeNumber(maxTtlMs, 'delegates.maxTtlMs', { least: 1_000, most: 86_400_000 }),
    maxDepth: wholeNumber(maxDepth, 'delegates.maxDepth', { least: 1, most: 8 }),
    keys: [signer, ...others] as const,
  })
}
