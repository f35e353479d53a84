import type { WebhookStore } from '@keywright/core/store'
import { type RawBuilder, sql } from 'kysely'
import type { StoreContext } from '../store/context.js'
import { heldAt } from './delivery-row.js'
import { lockEvents } from './replay.js'

/** Events of one transaction: it is over before a worker would notice. */
const batchSize = 500

/** Deletes old events, in batches, each in a transaction of its own. */
export async function prune(
  context: StoreContext,
  { before, limit }: Parameters<WebhookStore['prune']>[0],
): Promise<number> {
  const { tables, changing, transaction } = context
  const isOver = waitsForNoAttempt(context)
  let deleted = 0
  while (deleted < limit) {
    const size = Math.min(batchSize, limit - deleted)
    const old = await changing((on) =>
      on
        .selectFrom(`${tables.api_key_events} as e`)
        .select('e.id')
        .where('e.created_at', '<', before.getTime())
        // Not "is null", for which an engine might read and sort all that ever was sent.
        .where(sql<number>`coalesce(e.next_at, 0)`, '=', 0)
        .where(isOver)
        .orderBy('e.created_at')
        .limit(size)
        .execute(),
    )
    if (old.length === 0) return deleted
    const ids = old.map(({ id }) => id)
    const removed = await transaction(async (trx) => {
      // Behind the lock, none of them is sent again meanwhile.
      const locked = await lockEvents(context, trx, ids, isOver)
      if (locked.length === 0) return 0
      await trx
        .deleteFrom(tables.api_key_deliveries)
        .where('event_id', 'in', locked)
        // All that does not wait for an attempt: with less, the event would be found again and again.
        .where(({ eb, or }) => or([eb('next_at', 'is', null), eb('next_at', '>=', heldAt)]))
        .execute()
      // What was held may have been resumed meanwhile: its event stays.
      const { numDeletedRows } = await trx
        .deleteFrom(tables.api_key_events)
        .where('id', 'in', locked)
        .where(sql<boolean>`not exists (select 1 from ${sql.table(tables.api_key_deliveries)} as d
          where d.event_id = ${sql.ref(`${tables.api_key_events}.id`)})`)
        .executeTakeFirstOrThrow()
      return Number(numDeletedRows)
    })
    deleted += removed
    // Nothing was deleted: another process does the same, or what was found waits by now.
    if (old.length < size || removed === 0) return deleted
  }
  return deleted
}

function waitsForNoAttempt({ tables }: StoreContext): RawBuilder<boolean> {
  return sql<boolean>`not exists (select 1 from ${sql.table(tables.api_key_deliveries)} as d
    where d.event_id = e.id and d.next_at < ${heldAt})`
}
