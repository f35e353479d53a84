import type { EndpointStop } from '@keywright/core/store'

/** An endpoint, for the host's metrics and logs. */
interface EndpointFacts {
  readonly endpointId: string
  readonly keyId: string
  readonly organizationId: string
}

/** A delivery, likewise. */
interface DeliveryFacts extends EndpointFacts {
  /** The `webhook-id` that the receiver sees. */
  readonly eventId: string
  readonly eventType: string
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
  /** Whether a key may hear of an event, or with which secret to sign, is not known: it is tried again. */
  | (DeliveryFacts & {
      readonly type: 'webhook.postponed'
      readonly reason: 'rights' | 'secret'
      readonly error: unknown
    })
  /** The endpoint, or its host, is left alone for a while. */
  | (EndpointFacts & { readonly type: 'webhook.rested'; readonly forMs: number })
  | (EndpointFacts & { readonly type: 'webhook.disabled'; readonly reason: EndpointStop })
  /** No process has known the type of an event for a day: it is given up. */
  | {
      readonly type: 'webhook.type_unknown'
      readonly eventId: string
      readonly eventType: string
      readonly organizationId: string
    }
  /** The store fails. Nothing is lost: it is tried again. */
  | { readonly type: 'webhooks.unavailable'; readonly error: unknown }
