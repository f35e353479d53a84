import type { ManageOptions, PageQuery, Secret } from '@keywright/core'
import type {
  AttemptRecord,
  DeliveryRecord,
  DeliveryStatus,
  EndpointCounts,
  EndpointRecord,
} from '@keywright/core/store'

type Within = Pick<ManageOptions, 'within'>

/** A webhook endpoint of a key, without its secret. */
export interface ManagedWebhook
  extends Pick<
    EndpointRecord,
    | ('id' | 'keyId' | 'url' | 'description' | 'types' | 'status' | 'previousSecretExpiresAt')
    | ('createdBy' | 'createdAt' | 'updatedAt' | 'failingSince' | 'version')
  > {
  readonly disabledReason: EndpointRecord['stop']
}

/** An event on its way to one endpoint, and what became of it. */
export interface ManagedDelivery
  extends Pick<DeliveryRecord, 'endpointId' | 'status' | 'reason' | 'attempts' | 'nextAt' | 'log' | 'createdAt'> {
  readonly eventId: string
  readonly eventType: string
  readonly eventAt: Date
}

interface WithSecret {
  readonly endpoint: ManagedWebhook
  readonly secret: Secret
}

interface Settings {
  readonly url?: string | undefined
  readonly types?: readonly string[] | null | undefined
  readonly description?: string | null | undefined
}

/**
 * What the API needs of webhooks: what `webhooks` of `@keywright/webhooks` returns has it. Each method refuses what is outside
 * `within`, and what its actor may not do, as those of a keyring do.
 */
export interface WebhookManager {
  readonly eventTypes: ReadonlyMap<string, { readonly description: string; readonly scope: string }>
  create(
    input: Settings & { readonly keyId: string; readonly url: string },
    options: ManageOptions,
  ): Promise<WithSecret>
  get(id: string, options: Within): Promise<ManagedWebhook>
  list(
    query: PageQuery & { readonly keyId: string },
    options: Within,
  ): Promise<{ readonly endpoints: readonly ManagedWebhook[]; readonly nextCursor: string | null }>
  update(id: string, input: Settings, options: ManageOptions): Promise<ManagedWebhook>
  pause(id: string, options: ManageOptions): Promise<ManagedWebhook>
  resume(id: string, options: ManageOptions): Promise<ManagedWebhook>
  rotateSecret(
    id: string,
    input: { readonly graceMs?: number | undefined },
    options: ManageOptions,
  ): Promise<WithSecret>
  delete(id: string, options: ManageOptions): Promise<void>
  test(
    id: string,
    options: ManageOptions,
  ): Promise<
    { readonly eventId: string } & (
      | ({ readonly outcome: 'delivered' | 'failed' | 'throttled' | 'gone' } & Omit<AttemptRecord, 'at'>)
      | { readonly outcome: 'not_sent'; readonly reason: string }
    )
  >
  deliveries(
    query: PageQuery & { readonly endpointId: string; readonly status?: readonly DeliveryStatus[] | undefined },
    options: Within,
  ): Promise<{ readonly deliveries: readonly ManagedDelivery[]; readonly nextCursor: string | null }>
  delivery(endpointId: string, eventId: string, options: Within): Promise<ManagedDelivery | null>
  replay(
    endpointId: string,
    input: { readonly eventId: string } | { readonly from: Date; readonly to: Date },
    options: ManageOptions,
  ): Promise<{ readonly queued: number }>
  status(query: { readonly organizationId: string }): Promise<{
    readonly waiting: number
    readonly held: number
    readonly oldest: Date | null
    readonly oldestMs: number
    readonly endpoints: readonly (EndpointCounts & { readonly failureRate: number })[]
  }>
}
