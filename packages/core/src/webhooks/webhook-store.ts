import type { AuditKey } from '../store/index.js'
import type { Actor, AuditDraft, ResourceRef } from '../values/index.js'

/** Whether an endpoint is sent events: `disabled_by_system` is one that failed for days, wants no more, or whose key has ended. */
export type EndpointStatus = 'active' | 'paused' | 'disabled_by_system'

/** Why an endpoint is `disabled_by_system`. */
export type EndpointStop = 'failing' | 'gone' | 'key_revoked' | 'key_expired'

/** A webhook endpoint of a key, as a store keeps it. */
export interface EndpointRecord {
  readonly id: string
  readonly keyId: string
  readonly organizationId: string
  readonly url: string
  readonly description: string | null
  /** The types of events that it wants; `null`: all. */
  readonly types: readonly string[] | null
  readonly status: EndpointStatus
  /** `null` unless it is `disabled_by_system`. */
  readonly stop: EndpointStop | null
  /** The signing secret, sealed. */
  readonly secret: string
  /** The one before, sealed; `null`: none. */
  readonly previousSecret: string | null
  /** Until when the one before signs as well. */
  readonly previousSecretExpiresAt: Date | null
  readonly createdBy: Actor
  readonly createdAt: Date
  readonly updatedAt: Date
  /** When the first attempt failed after the last one that did not; `null`: the last one did not fail. */
  readonly failingSince: Date | null
  /** Counts the changes of people; an attempt changes none of it. */
  readonly version: number
}

/** An endpoint to insert. The store adds the status `active`, the dates, `version: 1`, and that it is not failing. */
export type NewEndpoint = Pick<EndpointRecord, 'url' | 'description' | 'types' | 'secret' | 'createdBy'>

/** The fields that a change of an endpoint may write. Missing fields keep their values. */
export type EndpointChanges = Partial<
  Pick<
    EndpointRecord,
    | ('url' | 'description' | 'types' | 'status' | 'stop' | 'failingSince')
    | ('secret' | 'previousSecret' | 'previousSecretExpiresAt')
  >
>

/**
 * What becomes of what waits for an endpoint: `hold` keeps it until `resume`, `drop` ends it with a reason. What a worker has
 * claimed is left to that worker.
 */
export type QueueChange = { readonly to: 'hold' | 'resume' } | { readonly to: 'drop'; readonly reason: string }

/** The request of {@link WebhookStore.insertEndpoint}. */
export interface EndpointInsert {
  readonly id: string
  readonly keyId: string
  readonly organizationId: string
  /** The secret key for the audit records. @defaultValue none: plain SHA-256 */
  readonly auditKey?: AuditKey | undefined
  /**
   * Must be pure: the store may call it again. If it throws, nothing is inserted and the caller gets the error.
   *
   * @param context.used - How many endpoints the key has.
   */
  decide(context: { readonly now: Date; readonly used: number }): {
    readonly write: NewEndpoint
    readonly audit: readonly AuditDraft[]
  }
}

/** The request of {@link WebhookStore.changeEndpoint}. */
export interface EndpointChange {
  /** The secret key for the audit records. @defaultValue none: plain SHA-256 */
  readonly auditKey?: AuditKey | undefined
  /**
   * Must be pure: the store may call it again. If it throws, nothing is changed and the caller gets the error. `null` changes
   * nothing. With the write `'delete'`, the endpoint goes, and its deliveries with it, though not at once: nobody finds them any
   * more. An empty write only adds the audit records.
   */
  decide(
    record: EndpointRecord,
    context: { readonly now: Date },
  ): {
    readonly write: EndpointChanges | 'delete'
    readonly queue?: QueueChange
    readonly audit: readonly AuditDraft[]
  } | null
}

/** An endpoint, and the store's clock at the time of the read. */
export interface FoundEndpoint {
  readonly record: EndpointRecord
  readonly now: Date
}

/** Which endpoints to list, newest first. */
export interface EndpointQuery {
  readonly organizationId: string
  readonly keyId?: string
  /** @defaultValue any */
  readonly status?: EndpointStatus
  /** Begins after this one. */
  readonly after?: { readonly createdAt: Date; readonly id: string }
  readonly limit: number
}

/** An event to publish. The store adds its time. */
export interface NewEvent {
  /** At most 64 characters. An event whose id is there is not added again. */
  readonly id: string
  readonly organizationId: string
  readonly type: string
  /** What it is about, for the rights of keys; `null`: no resource. */
  readonly resource: ResourceRef | null
  /** JSON. */
  readonly data: string
}

/** An event in the store. */
export interface StoredEvent extends NewEvent {
  readonly createdAt: Date
}

/**
 * What became of a delivery. `pending`: it waits for its next attempt. `held`: for its endpoint to be resumed. `failed`: there is no
 * further attempt. `dropped`: its key had no right to it, or works no more.
 */
export type DeliveryStatus = 'pending' | 'held' | 'delivered' | 'failed' | 'dropped'

/** One attempt, as the log keeps it. */
export interface AttemptRecord {
  readonly at: Date
  /** The status of the answer; `null`: there was none. */
  readonly status: number | null
  /** The class of the fault; `null`: it was delivered. */
  readonly error: string | null
  readonly latencyMs: number
  /** The beginning of the answer, at most 1 024 characters. */
  readonly text: string
}

/** An event on its way to one endpoint. */
export interface DeliveryRecord {
  /** See `deliveryId`. */
  readonly id: string
  readonly endpointId: string
  readonly event: StoredEvent
  readonly status: DeliveryStatus
  /** Why it was dropped; `null` otherwise. */
  readonly reason: string | null
  /** How many attempts there were since it was queued, or replayed. */
  readonly attempts: number
  /** When the next attempt is due; `null`: never. While a worker has it: when another worker may take it. */
  readonly nextAt: Date | null
  /** The last ten attempts, oldest first. */
  readonly log: readonly AttemptRecord[]
  readonly createdAt: Date
}

/** A delivery that a worker has claimed, and all that it needs to send it. */
export interface ClaimedDelivery {
  readonly delivery: DeliveryRecord
  readonly endpoint: EndpointRecord
  readonly now: Date
}

/** What a worker asks for. */
export interface ClaimRequest {
  /** The id of the worker, new with each start. At most 64 characters. */
  readonly worker: string
  readonly limit: number
  /** After this, another worker may take what was claimed. */
  readonly leaseMs: number
}

/** The request of {@link WebhookStore.claimDeliveries}. */
export interface DeliveryClaim extends ClaimRequest {
  /** How many deliveries to one endpoint a worker has at most. */
  readonly perEndpoint: number
  /** How many deliveries of one organization a worker has at most. */
  readonly perOrganization: number
  /** The endpoints of what it has already, one for each delivery. */
  readonly taken: readonly Pick<EndpointRecord, 'id' | 'organizationId'>[]
}

/** An event, and the endpoints that it goes to. */
export interface EventRoute {
  readonly eventId: string
  readonly endpointIds: readonly string[]
}

/** What a worker has made of a delivery. */
export interface DeliveryOutcome {
  readonly id: string
  readonly endpointId: string
  readonly status: DeliveryStatus
  readonly reason: string | null
  /** The attempt that was made; `null`: none, and none is counted. */
  readonly attempt: AttemptRecord | null
  /** Whether the attempt says that its endpoint fails, or does not: one that only tests it says nothing. */
  readonly counts: boolean
  /** When to try again, from now by the store's clock; `null` unless `pending`. */
  readonly nextInMs: number | null
}

/** Which deliveries to list, newest first. */
export interface DeliveryQuery {
  readonly endpointId: string
  /** One of these. @defaultValue any */
  readonly status?: readonly DeliveryStatus[]
  /** Begins after this one. */
  readonly after?: { readonly createdAt: Date; readonly id: string }
  readonly limit: number
}

/** Which events to send again to an endpoint. */
export type ReplayRequest = {
  readonly endpointId: string
  readonly auditKey?: AuditKey | undefined
  /** Appended if anything is queued. */
  audit(queued: number): readonly AuditDraft[]
} & (
  | { readonly eventId: string }
  | {
      /** Of this time or later. */
      readonly from: Date
      /** Before this time. */
      readonly to: Date
      /** At most this many, oldest first. */
      readonly limit: number
    }
)

/** How full the queue is. */
export interface QueueStatus {
  readonly now: Date
  /** Events that no worker has looked at. */
  readonly events: number
  /** Deliveries that wait for an attempt. */
  readonly pending: number
  readonly held: number
  /** The time of the oldest event that waits, in the outbox or for an attempt, and is not held; `null`: none waits. */
  readonly oldest: Date | null
  readonly endpoints: readonly EndpointCounts[]
}

/** What became of the deliveries to one endpoint that were queued since a time. */
export interface EndpointCounts {
  readonly endpointId: string
  readonly delivered: number
  readonly failed: number
  readonly dropped: number
  readonly pending: number
}

/**
 * The store of webhooks: endpoints, events and deliveries. `testWebhookStore` in `@keywright/testkit` tests a store against this
 * contract. A method that fails throws the driver's error and has changed nothing. Times are those of the store's clock.
 *
 * Changes of endpoints and their audit records are committed together, in the chain of the organization. From the first endpoint
 * of an organization on, each audit record about a key (`isKeyEvent`) is an event as well (`keyEvent`), in the transaction of the
 * change itself.
 */
export interface WebhookStore {
  insertEndpoint(request: EndpointInsert): Promise<EndpointRecord>
  /** Changes run one after the other. Returns the record after the change, or as it was before it went; `null`: there is none. */
  changeEndpoint(id: string, request: EndpointChange): Promise<FoundEndpoint | null>
  findEndpoint(id: string): Promise<FoundEndpoint | null>
  listEndpoints(query: EndpointQuery): Promise<readonly EndpointRecord[]>
  /** The organizations that have active endpoints, in order, after this one. */
  listOrganizations(query: { readonly after: string | null; readonly limit: number }): Promise<readonly string[]>

  /** Adds events to the outbox. */
  publish(events: readonly NewEvent[]): Promise<void>
  /**
   * Takes the oldest events that no worker has. Of two calls at once, only one gets an event. One that cannot be read is left out,
   * and keeps nobody from the others.
   */
  claimEvents(request: ClaimRequest): Promise<readonly StoredEvent[]>
  /**
   * Queues events for their endpoints, and ends them in the outbox, all or nothing. A delivery that is there stays as it is. For an
   * endpoint for which {@link mostWaiting} wait, it is added as dropped, with the reason `queue_full`.
   */
  queue(worker: string, routes: readonly EventRoute[]): Promise<void>

  /**
   * Takes deliveries that are due, those that wait longest first, but of each endpoint and each organization no more than the worker
   * may have. Of two calls at once, only one gets a delivery. One that cannot be read is left out, and keeps nobody from the others.
   */
  claimDeliveries(request: DeliveryClaim): Promise<readonly ClaimedDelivery[]>
  /** Adds an event that is for one endpoint alone, whatever its status, and its delivery, claimed. `null`: there is no such endpoint. */
  claimNew(event: NewEvent, endpointId: string, request: Omit<ClaimRequest, 'limit'>): Promise<ClaimedDelivery | null>
  /** Keeps what a worker has claimed. */
  renew(worker: string, ids: readonly string[], leaseMs: number): Promise<void>
  /**
   * Writes what became of deliveries, all or nothing. One that the worker has no more stays as it is. An attempt that counts and
   * failed makes its endpoint failing, and one that did not ends that.
   */
  settle(worker: string, outcomes: readonly DeliveryOutcome[]): Promise<void>
  /** Moves what is due for an endpoint, and nobody has claimed, to `inMs` from now. */
  postpone(endpointIds: readonly string[], inMs: number): Promise<void>

  listDeliveries(query: DeliveryQuery): Promise<readonly DeliveryRecord[]>
  findDelivery(id: string): Promise<DeliveryRecord | null>
  /**
   * Queues events again: of a range, those of the endpoint's organization and types that were not delivered and do not wait; one by
   * its id whatever became of it, unless it waits. Returns how many.
   */
  replay(request: ReplayRequest): Promise<number>
  /** Counts what waits, in an organization or everywhere, and what became of deliveries that were queued since a time. */
  status(query: { readonly organizationId?: string; readonly since: Date }): Promise<QueueStatus>
  /**
   * Deletes at most `limit` events from before a time that wait for no attempt, and their deliveries: what is held that long as well.
   * Returns how many events.
   */
  prune(query: { readonly before: Date; readonly limit: number }): Promise<number>

  /**
   * Gives the outbox within a transaction of the host's. Left out by a store without transactions.
   *
   * @throws {@link InvalidInput} when `transaction` is none of this database.
   */
  inTransaction?(transaction: object): Pick<WebhookStore, 'publish'>
}

/** The id of an event's delivery to an endpoint: there is one at most. */
export function deliveryId(eventId: string, endpointId: string): string {
  return `${eventId}.${endpointId}`
}

/** How many deliveries wait for one endpoint at most: one that cannot keep up must not grow without end. */
export const mostWaiting = 10_000

/** How many attempts a delivery's log keeps. */
export const keptAttempts = 10
