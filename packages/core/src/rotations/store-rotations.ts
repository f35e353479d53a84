/** How often a key gets a new token. */
export interface RotationSchedule {
  /** How long a token is the current one, in milliseconds: from an hour to 366 days. */
  readonly everyMs: number
  /** How long the token before it works on, once the new one was delivered, in milliseconds: at most 7 days, and less than `everyMs`. */
  readonly graceMs: number
}

/** A new token that is not known to have been delivered. */
export interface PendingToken {
  /** The token, sealed: so the same one can be delivered again. */
  readonly sealed: string
  /** The `previousHash` that the rotation wrote: with another one, the key was rotated since. */
  readonly previousHash: string
  readonly since: Date
}

/** The schedule of a key, and how far its rotation is, as a store keeps it. */
export interface StoredRotation extends RotationSchedule {
  /** When a run may look at it next. While a run has it: when another one may. */
  readonly dueAt: Date
  readonly pending: PendingToken | null
  /** When the last token that the schedule made was delivered; `null`: none was, or nobody wrote it down. */
  readonly deliveredAt: Date | null
  /** How many attempts to deliver the pending token have failed. */
  readonly failures: number
}

/**
 * The schedules of keys. They are written by `KeyStore.change`, with `withRotation`, in the transaction of the key's own change.
 * A verification reads none.
 */
export interface StoreRotations {
  /** Reads the schedule of a key; `null`: it has none. */
  find(keyId: string): Promise<StoredRotation | null>

  /** Finds keys whose schedules are due by the store's clock, the earliest first, by an index. */
  due(limit: number): Promise<readonly string[]>
}
