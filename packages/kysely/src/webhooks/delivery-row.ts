import type { AttemptRecord, DeliveryRecord, StoredEvent } from '@keywright/core/store'
import type { Kysely, Selectable } from 'kysely'
import type { DeliveryTable, EventTable, KeyTables } from '../tables/key-tables.js'
import type { TableNames } from '../tables/table-names.js'
import { instantOf, wholeNumberOf } from '../tables/whole-number.js'

/**
 * When what is held would be due: never, for it is the last instant of a `Date`. So "it waits" is one condition of an index, and what
 * is held is found in the same one.
 */
export const heldAt = 8_640_000_000_000_000

/** An event as the store keeps it. */
export function parseEventRow(row: Omit<Selectable<EventTable>, 'endpoint_id' | 'next_at' | 'claim'>): StoredEvent {
  return {
    id: row.id,
    organizationId: row.organization_id,
    type: row.type,
    resource:
      row.resource_type === null || row.resource_id === null ? null : { type: row.resource_type, id: row.resource_id },
    data: row.data,
    createdAt: instantOf(row.created_at, 'created_at'),
  }
}

/** Selects deliveries with their events. */
export function deliveriesOf(db: Kysely<KeyTables>, { api_key_deliveries, api_key_events }: TableNames) {
  return db
    .selectFrom(`${api_key_deliveries} as d`)
    .innerJoin(`${api_key_events} as e`, 'e.id', 'd.event_id')
    .select(['d.id', 'd.event_id', 'd.endpoint_id', 'd.status', 'd.reason', 'd.attempts', 'd.next_at', 'd.log'])
    .select(['d.created_at', 'e.organization_id', 'e.type', 'e.resource_type', 'e.resource_id', 'e.data'])
    .select('e.created_at as event_at')
}

type Row = Omit<Selectable<DeliveryTable>, 'claim'> &
  Pick<EventTable, 'type' | 'resource_type' | 'resource_id' | 'data'> & { readonly event_at: number }

/** Turns a row of {@link deliveriesOf} into a record. */
export function parseDeliveryRow(row: Row): DeliveryRecord {
  const nextAt = row.next_at === null ? null : wholeNumberOf(row.next_at, 'next_at')
  return {
    id: row.id,
    endpointId: row.endpoint_id,
    event: parseEventRow({ ...row, id: row.event_id, created_at: row.event_at }),
    status: row.status as DeliveryRecord['status'], // as written
    reason: row.reason,
    attempts: wholeNumberOf(row.attempts, 'attempts'),
    nextAt: nextAt === null || nextAt === heldAt ? null : new Date(nextAt),
    log: parseLog(row.log),
    createdAt: instantOf(row.created_at, 'created_at'),
  }
}

/** Reads the log of a delivery. One that cannot be read must not keep the delivery from being sent. */
export function parseLog(text: string): readonly AttemptRecord[] {
  try {
    const log = JSON.parse(text) as readonly (Omit<AttemptRecord, 'at'> & { readonly at: string })[] // as written
    return log.map((attempt) => ({ ...attempt, at: new Date(attempt.at) }))
  } catch {
    return []
  }
}
