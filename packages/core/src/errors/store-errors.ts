import { KeyError } from './key-error.js'

/** The store did not answer, and nothing was changed. The driver's own error is `cause`. */
export class StoreUnavailable extends KeyError {
  override readonly name = 'StoreUnavailable'
  readonly code = 'store_unavailable'

  constructor(options?: ErrorOptions) {
    super('The key store did not answer', options)
  }
}

/** A request with this id was carried out before, and nothing was changed now (HTTP-16). */
export class RequestRepeated extends KeyError {
  override readonly name = 'RequestRepeated'
  readonly code = 'request_repeated'
  /** The key that it created or changed then. */
  readonly keyId: string
  /** Whether it asked for the very same. */
  readonly isSame: boolean
  /** When that was, by the store's clock. */
  readonly at: Date
  /** The store's clock now. */
  readonly now: Date

  constructor({ keyId, isSame, at, now }: Pick<RequestRepeated, 'keyId' | 'isSame' | 'at' | 'now'>) {
    super(`This request was carried out before, on key ${keyId}`)
    this.keyId = keyId
    this.isSame = isSame
    this.at = at
    this.now = now
  }
}

/** The connection was lost while a change was being committed: it may or may not have happened (FI-9). */
export class OutcomeUnknown extends KeyError {
  override readonly name = 'OutcomeUnknown'
  readonly code = 'outcome_unknown'

  constructor(options?: ErrorOptions) {
    super('The change may or may not have been made: look before you retry', options)
  }
}
