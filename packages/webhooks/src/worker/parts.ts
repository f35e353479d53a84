import type { Deliverer } from '../delivery/deliver.js'
import type { WebhookEndpoint } from '../endpoints/endpoint.js'
import type { EndpointParts } from '../endpoints/parts.js'
import type { WebhooksEvent } from './events.js'

/** What the sending of events works with. */
export interface WorkerParts extends EndpointParts {
  readonly sender: Deliverer
  /** The id of this worker, new with each start. */
  readonly worker: string
  readonly leaseMs: number
  readonly disableAfterMs: number
  readonly emit: (event: WebhooksEvent) => void
  /** Told of an endpoint that was disabled, by the one process that did it. */
  readonly disabled: (endpoint: WebhookEndpoint) => void
}
