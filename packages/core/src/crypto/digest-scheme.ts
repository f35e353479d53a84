/** One way to digest a token: an algorithm and, if it uses one, a pepper. */
export interface DigestScheme {
  readonly algorithm: string
  readonly pepperId: string | null
  /** Returns 32 bytes, as base64 without padding. */
  digest(id: string, token: string): string
}
