/** The parts of a delegated token, as text. */
export interface ChildParts {
  /** The id of the key that it was made with. */
  readonly keyId: string
  /** An id of its own, for logs. Not secret. */
  readonly id: string
  /** What the server wrote down of it. */
  readonly body: string
  /** Everything that {@link ChildParts.mac} covers: all that is before it. */
  readonly signed: string
  readonly mac: string
}

/** What a delegated token says of itself. */
export interface ChildClaims {
  /** How many delegations lead from the key to it: 1 for one that the key itself made. */
  readonly depth: number
  /** When it ends, by the store's clock. */
  readonly expiresAt: Date
  /** By which marks the token of the key is known again that it comes from. */
  readonly marks: ChildMarks
  /** For each delegation that leads to it, the scope patterns that were given on. It has what all of them reach. */
  readonly scopes: readonly (readonly string[])[]
  /** The resources that it reaches, by type. A type that is not named is not narrowed. */
  readonly resources: Readonly<Record<string, readonly string[]>>
}

/** Two marks of one token of a key: a rotation changes both, and a hash that is made anew one. */
export interface ChildMarks {
  /** Of the hash that the last rotation before put aside. */
  readonly epoch: string
  /** Of the token's own hash. */
  readonly own: string
}
