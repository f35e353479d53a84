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

/**
 * An event as the store keeps it.
 *
 * @throws Error when it cannot be read: what was not published is not sent.
 */
export function parseEventRow(row: Omit<Selectable<EventTable>, 'endpoint_id' | 'next_at' | 'claim'>): StoredEvent {
  return {
    id: row.id,
    organizationId: row.organization_id,
    type: textOf(row.type, 'type'),
    resource:
      row.resource_type === null || row.resource_id === null ? null : { type: row.resource_type, id: row.resource_id },
    data: textOf(row.data, 'data'),
    createdAt: instantOf(row.created_at, 'created_at'),
  }
}

/** SQLite keeps in a column whatever it is given. */
function textOf(value: unknown, column: string): string {
  if (typeof value === 'string') return value
  throw new Error(`The database holds no text in ${column}: the row is corrupt.`)
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

/**
 * Turns a row of {@link deliveriesOf} into a record.
 *
 * @throws Error when it cannot be read. Its log and its attempts are not worth that.
 */
export function parseDeliveryRow(row: Row): DeliveryRecord {
  const nextAt = row.next_at === null ? null : wholeNumberOf(row.next_at, 'next_at')
  return {
    id: row.id,
    endpointId: row.endpoint_id,
    event: parseEventRow({ ...row, id: row.event_id, created_at: row.event_at }),
    status: row.status as DeliveryRecord['status'], // as written
    reason: row.reason,
    attempts: attemptsOf(row),
    nextAt: nextAt === null || nextAt === heldAt ? null : instantOf(nextAt, 'next_at'),
    log: parseLog(row.log),
    createdAt: instantOf(row.created_at, 'created_at'),
  }
}

/** How many attempts were counted. A number that cannot be read must not keep the delivery from being sent. */
export function attemptsOf({ attempts }: Pick<Selectable<DeliveryTable>, 'attempts'>): number {
  try {
    return wholeNumberOf(attempts, 'attempts')
  } catch {
    return 0
  }
}

/** Reads the log of a delivery. One that cannot be read must not keep the delivery from being sent. */
export function parseLog(text: string): readonly AttemptRecord[] {
  try {
    const log = JSON.parse(text) as readonly (Omit<AttemptRecord, 'at'> & { readonly at: string })[] // as written
    return log.map((attempt) => ({ ...attempt, at: instantOf(Date.parse(attempt.at), 'log') }))
  } catch {
    return []
  }
}
