import type { EndpointStop } from '@keywright/core/store'

/** A delivery, for the host's metrics and logs. */
interface DeliveryFacts {
  /** The `webhook-id` that the receiver sees. */
  readonly eventId: string
  readonly eventType: string
  readonly endpointId: string
  readonly keyId: string
  readonly organizationId: string
}

/** What happens while events are sent, as `onEvent` is told. */
export type WebhooksEvent =
  | (DeliveryFacts & { readonly type: 'webhook.delivered'; readonly attempts: number; readonly latencyMs: number })
  | (DeliveryFacts & {
      readonly type: 'webhook.failed'
      readonly attempts: number
      readonly latencyMs: number
      readonly status: number | null
      readonly error: string
      /** Until the next attempt; `null`: there is none. */
      readonly nextInMs: number | null
    })
  | (DeliveryFacts & { readonly type: 'webhook.dropped'; readonly reason: string })
  | {
      readonly type: 'webhook.disabled'
      readonly endpointId: string
      readonly keyId: string
      readonly organizationId: string
      readonly reason: EndpointStop
    }
  /** Whether a key may hear of an event, or with which secret to sign, is not known: it is tried again. */
  | (DeliveryFacts & {
      readonly type: 'webhook.postponed'
      readonly reason: 'rights' | 'secret'
      readonly error: unknown
    })
  /** The store fails. Nothing is lost: it is tried again. */
  | { readonly type: 'webhooks.unavailable'; readonly error: unknown }
