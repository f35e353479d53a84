import type { NewEvent } from '@keywright/core/store'
import type { Insertable, Kysely, RawBuilder } from 'kysely'
import type { EventTable, KeyTables } from '../tables/key-tables.js'
import type { StoreContext } from './context.js'

/** Rows of one statement: engines bound its length. */
export const eventsOfStatement = 100

/** Puts events into the outbox, due at once. Those whose ids are there stay as they are. */
export async function addEvents(
  { tables, dialect }: Pick<StoreContext, 'tables' | 'dialect'>,
  trx: Kysely<KeyTables>,
  events: readonly NewEvent[],
  at: number | RawBuilder<number>,
): Promise<void> {
  for (let from = 0; from < events.length; from += eventsOfStatement) {
    const rows = events
      .slice(from, from + eventsOfStatement)
      .map((event) => ({ ...eventColumns(event), created_at: at, next_at: at }))
    await dialect.orKeep(trx.insertInto(tables.api_key_events).values(rows), 'id').execute()
  }
}

/** The columns that hold what an event says. */
export function eventColumns({
  id,
  organizationId,
  type,
  resource,
  data,
}: NewEvent): Omit<Insertable<EventTable>, 'created_at' | 'next_at'> {
  return {
    id,
    organization_id: organizationId,
    type,
    resource_type: resource?.type ?? null,
    resource_id: resource?.id ?? null,
    data,
    endpoint_id: null,
    claim: null,
  }
}
