import type { Secret } from '@keywright/core'
import type { EndpointRecord } from '@keywright/core/store'

/** A webhook endpoint of a key, without its secret. */
export interface WebhookEndpoint extends Omit<EndpointRecord, 'secret' | 'previousSecret' | 'stop'> {
  /** Why it is `disabled_by_system`; `null` otherwise. */
  readonly disabledReason: EndpointRecord['stop']
}

/** An endpoint with its signing secret, which is shown only now. */
export interface EndpointWithSecret {
  readonly endpoint: WebhookEndpoint
  /** `whsec_…`: what the receiver gives to `verifyWebhook`. */
  readonly secret: Secret
}

/** What is shown of an endpoint. */
export function toEndpoint(record: EndpointRecord, now: Date): WebhookEndpoint {
  const { secret: _, previousSecret: _previous, stop, previousSecretExpiresAt: end, ...shown } = record
  return { ...shown, disabledReason: stop, previousSecretExpiresAt: end !== null && end > now ? end : null }
}
