import type { AttemptRecord, DeliveryRecord, EndpointRecord, StoredEvent } from '@keywright/core/store'

/** An event in the outbox. `nextAt` is `null` when it was queued for its endpoints. */
export interface OutboxEntry {
  readonly event: StoredEvent
  /** The endpoint that it is for; `null`: all that may have it. */
  readonly onlyFor: string | null
  nextAt: number | null
  claim: string | null
}

/** A delivery, which is changed in place: what the store gives out is a copy. */
export interface DeliveryEntry {
  readonly record: Omit<DeliveryRecord, 'status' | 'reason' | 'attempts' | 'nextAt' | 'log'>
  status: DeliveryRecord['status']
  reason: string | null
  attempts: number
  nextAt: number | null
  claim: string | null
  log: readonly AttemptRecord[]
}

/** The data of a memory store. What changes it never awaits, so each change is atomic. */
export interface WebhookState {
  readonly endpoints: Map<string, EndpointRecord>
  readonly outbox: Map<string, OutboxEntry>
  readonly deliveries: Map<string, DeliveryEntry>
  /** Up to which record the audit log of an organization was read, from its first endpoint on. */
  readonly tails: Map<string, number>
}

/** The deliveries to an endpoint. */
export function* deliveriesTo({ deliveries }: WebhookState, endpointId: string): Iterable<DeliveryEntry> {
  for (const entry of deliveries.values()) if (entry.record.endpointId === endpointId) yield entry
}

/** A copy of a delivery as it is now. */
export function recordOf({ record, status, reason, attempts, nextAt, log }: DeliveryEntry): DeliveryRecord {
  return { ...record, status, reason, attempts, nextAt: nextAt === null ? null : new Date(nextAt), log }
}

/** Newest first, and then by id. */
export function isAfter(
  one: { readonly createdAt: Date; readonly id: string },
  place: { readonly createdAt: Date; readonly id: string } | undefined,
): boolean {
  if (place === undefined) return true
  const [at, mark] = [one.createdAt.getTime(), place.createdAt.getTime()]
  return at < mark || (at === mark && one.id < place.id)
}

/** Sorts newest first, and then by id. */
export function newestFirst(
  a: { readonly createdAt: Date; readonly id: string },
  b: { readonly createdAt: Date; readonly id: string },
): number {
  return b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1)
}
