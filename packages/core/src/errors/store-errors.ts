import { KeyError } from './key-error.js'

/** The store did not answer, or cannot be used, and nothing was changed. If it was the driver that failed, its error is the `cause`. */
export class StoreUnavailable extends KeyError {
  override readonly name = 'StoreUnavailable'
  readonly code = 'store_unavailable'

  /** @param options - A `message` of a store says what to do about it. */
  constructor(options: ErrorOptions & { readonly message?: string } = {}) {
    super(options.message ?? 'The key store did not answer.', options)
  }
}

/** A request with this id was carried out before. This time, nothing was changed. */
export class RequestRepeated extends KeyError {
  override readonly name = 'RequestRepeated'
  readonly code = 'request_repeated'
  /** The key that the earlier request created or changed. */
  readonly keyId: string
  /** Whether the earlier request was identical. */
  readonly isSame: boolean
  /** The time of the earlier request, by the store's clock. */
  readonly at: Date
  /** The current time, by the store's clock. */
  readonly now: Date

  constructor({ keyId, isSame, at, now }: Pick<RequestRepeated, 'keyId' | 'isSame' | 'at' | 'now'>) {
    super(`This request was carried out before, on key ${keyId}.`)
    this.keyId = keyId
    this.isSame = isSame
    this.at = at
    this.now = now
  }
}

/** The connection was lost during a commit. The change may or may not have been made: check the key before you retry. */
export class OutcomeUnknown extends KeyError {
  override readonly name = 'OutcomeUnknown'
  readonly code = 'outcome_unknown'

  constructor(options?: ErrorOptions) {
    super('The change may or may not have been made. Check the key before you retry.', options)
  }
}

/**
 * The transaction of the host's that a call was made in can do nothing more: it met another writer, or is over. Nothing that was
 * done in it may be kept. Roll it back, and run all of it again from its beginning.
 */
export class TransactionLost extends KeyError {
  override readonly name = 'TransactionLost'
  readonly code = 'transaction_lost'

  /** @param options - The `cause` is the error of the driver. */
  constructor(options?: ErrorOptions) {
    super('This transaction cannot go on. Roll it back, and run all of it again from its beginning.', options)
  }
}
