import { KeyError } from '@keywright/core'

/** No webhook endpoint within the caller's reach has this id. */
export class WebhookNotFound extends KeyError {
  override readonly name = 'WebhookNotFound'
  readonly code = 'webhook_not_found'
  readonly endpointId: string

  constructor(endpointId: string) {
    super('The webhook endpoint does not exist, or is out of reach of this call.')
    this.endpointId = endpointId
  }
}

/** The key has as many webhook endpoints as it may have. */
export class WebhookLimitReached extends KeyError {
  override readonly name = 'WebhookLimitReached'
  readonly code = 'webhook_limit_reached'
  readonly limit: number

  constructor(limit: number) {
    super(`A key may have ${limit} webhook endpoints, and this one has them. Delete one first.`)
    this.limit = limit
  }
}

/** The webhook endpoint is not active, so it cannot do what the call asks for: resume it first. */
export class WebhookDisabled extends KeyError {
  override readonly name = 'WebhookDisabled'
  readonly code = 'webhook_disabled'
  readonly endpointId: string

  constructor(endpointId: string) {
    super('The webhook endpoint is not active. Resume it first.')
    this.endpointId = endpointId
  }
}

/** A test of the webhook endpoint is under way, or too many others are. Try again in some seconds. */
export class WebhookBusy extends KeyError {
  override readonly name = 'WebhookBusy'
  readonly code = 'webhook_busy'
  readonly endpointId: string

  constructor(endpointId: string) {
    super('A test of the webhook endpoint is under way, or too many others are. Try again in some seconds.')
    this.endpointId = endpointId
  }
}
