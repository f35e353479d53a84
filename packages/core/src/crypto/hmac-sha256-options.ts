/** The peppers of {@link hmacSha256}. */
export interface HmacSha256Options {
  /** The id of the pepper for new hashes. */
  readonly current: string
  /**
   * Secrets of at least 32 bytes, by id. A string counts as its UTF-8 bytes. Keep an old pepper as long as stored hashes use
   * it. Ids are 1 to 16 letters, digits, `.` and `-`.
   */
  readonly peppers: Readonly<Record<string, string | Uint8Array | undefined>>
}
