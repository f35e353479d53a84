import { KeyError } from './key-error.js'

/** The store did not answer, and nothing was changed. The driver's own error is `cause`. */
export class StoreUnavailable extends KeyError {
  override readonly name = 'StoreUnavailable'
  readonly code = 'store_unavailable'

  constructor(options?: ErrorOptions) {
    super('The key store did not answer', options)
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
