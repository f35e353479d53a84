/** What is hashed: a token, bound to the key it belongs to. */
export interface HashInput {
  /** The id of the key's record. */
  readonly id: string
  /** The whole token, as it was presented. */
  readonly token: string
}

/**
 * What a comparison found.
 *
 * - `match`: with `stored[index]`. `stale`: not by today's algorithm and pepper; hash it again (HASH-4).
 * - `mismatch`: with none.
 * - `misconfigured`: with none, and `stored[index]` cannot be read here: an unknown algorithm, version or pepper, or a
 *   damaged string. The server is at fault, not the caller: never a match, and never a bad key (HASH-1).
 */
export type HashVerdict =
  | { readonly outcome: 'match'; readonly index: number; readonly stale: boolean }
  | { readonly outcome: 'mismatch' }
  | { readonly outcome: 'misconfigured'; readonly index: number }

/** How tokens are hashed for storage, and recognised again. Hashes are PHC strings. */
export interface Hasher {
  /** The hash to store: by today's algorithm and pepper. */
  hash(input: HashInput): string | Promise<string>

  /** Compares a token with the hashes of one key, two while a rotation is in grace. Throws for no content of `stored`. */
  verify(stored: readonly string[], input: HashInput): HashVerdict | Promise<HashVerdict>

  /**
   * The hashes of `input` by each algorithm and pepper, today's first. Left out where hashes are salted at random: there is
   * nothing to look up by then.
   */
  hashes?(input: HashInput): readonly string[]

  /** Does the work of one `verify` against one hash, for an id that has none: the time must not tell (HASH-7). */
  dummy(input: HashInput): void | Promise<void>

  /** What the hashes that `hash` makes begin with. */
  readonly currentPrefix: string

  /** What the hashes that `verify` can read begin with. A stored hash that begins otherwise needs attention (HASH-5). */
  readonly prefixes: readonly string[]

  /** The ids of the peppers it knows. */
  readonly pepperIds: readonly string[]

  /** Whether `key` is in use as a pepper, as bytes or as base64 text: one secret must not serve two purposes (ENC-8). */
  sharesKeyWith(key: Uint8Array): boolean
}
