/** What a request brings that may prove who sends it. */
export interface Presented {
  readonly method: string | undefined
  /** The target of the request: its path, or its URL. */
  readonly url: string
  /** The values of its `DPoP` header lines. */
  readonly proofs: readonly string[]
  /** What trusted proxies say of the client's certificate: a value for each line. */
  readonly certificates: readonly string[]
}

/** How a request may prove who sends it. It is read where a key is bound. */
export interface Presenting {
  /** How the token came: as `Authorization: DPoP`, or otherwise. `null`: nobody says. */
  readonly scheme: 'dpop' | 'other' | null
  read(): Presented
}
