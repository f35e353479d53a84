/** The input of a hash: a token, and the id of its key. The hash is bound to both. */
export interface HashInput {
  /** The id of the key's record. */
  readonly id: string
  /** The whole token, as the client sent it. */
  readonly token: string
  /**
   * Who presents it: the client's address or IPv6 /64, where it is known. Not hashed: a slow hasher shares its turns among
   * networks and keys.
   */
  readonly network?: string | null | undefined
}

/**
 * The result of {@link Hasher.verify}.
 *
 * - `match`: the token matches `stored[index]`. `stale` means that the hash does not use the current algorithm and pepper, and
 *   should be replaced.
 * - `mismatch`: the token matches none of the hashes.
 * - `misconfigured`: the token matches none, and `stored[index]` cannot be read: its algorithm, version or pepper is unknown,
 *   or the string is damaged. The server is at fault, so the request fails with 503, not 401.
 */
export type HashVerdict =
  | { readonly outcome: 'match'; readonly index: number; readonly stale: boolean }
  | { readonly outcome: 'mismatch' }
  | { readonly outcome: 'misconfigured'; readonly index: number }

/** Hashes tokens for storage, and verifies them. Hashes are PHC strings. */
export interface Hasher {
  /** Returns the hash to store, made with the current algorithm and pepper. */
  hash(input: HashInput): string | Promise<string>

  /** Compares a token with the hashes of one key: one, or two after a rotation. No content of `stored` makes it throw. */
  verify(stored: readonly string[], input: HashInput): HashVerdict | Promise<HashVerdict>

  /**
   * Returns the hashes of `input` with each known algorithm and pepper, the current one first. A hasher with random salts leaves
   * this method out, because its hashes cannot be used for a lookup.
   */
  hashes?(input: HashInput): readonly string[]

  /**
   * Does the work of a `verify` that matches nothing, so that an unknown id takes as long as a known one. In a slow hasher, that
   * work is the same whatever is stored: one hash or two, of any cost, or none that it can read.
   */
  dummy(input: HashInput): void | Promise<void>

  /** The prefix of the hashes that `hash` returns, such as `$hmac-sha256$v=1$k=p1$`. */
  readonly currentPrefix: string

  /** The prefixes of all hashes that `verify` can read. `doctor` reports stored hashes with any other prefix. */
  readonly prefixes: readonly string[]

  /** The ids of its peppers. */
  readonly pepperIds: readonly string[]

  /**
   * Returns a key of 32 bytes for another purpose from each pepper, by HKDF (RFC 5869) with the purpose as its info: that of the
   * current pepper first. A hasher without peppers leaves this method out: nothing of it can be signed.
   */
  deriveKeys?(purpose: string): readonly Uint8Array[]

  /** Tests whether `key` is also a pepper, as bytes or as base64 text. One secret must not serve two purposes. */
  sharesKeyWith(key: Uint8Array): boolean
}
