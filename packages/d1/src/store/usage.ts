import type { KeyStore } from '@keywright/core/store'
import type { Database } from '../driver/database.js'
import { list, now } from '../sql/parts.js'
import { type Sql, sql } from '../sql/sql.js'

/** For how long a repeated batch is recognised. A process gives up sending it again long before that. */
export const batchMemoryMs = 86_400_000
/** How many batches are forgotten with a new one: after a pause there could be many. */
const mostForgotten = 100
/** Rows of one statement: a value may not be too long. */
const maxRows = 2_000

/** Counts how often keys were used, and refused. */
export function usageMethods(db: Database): Pick<KeyStore, 'recordUsage'> {
  return {
    async recordUsage(batchId, uses, refusals = [], previous = []) {
      const writes = [
        sql`insert into api_key_usage_batches (id, claim, at) values (${batchId}, '', ${now})`,
        ...inParts(uses).flatMap((part) => [addUses(part), moveLastUses(part)]),
        ...inParts(previous).map(movePreviousUses),
        ...inParts(refusals).map(addRefusals),
        sql`delete from api_key_usage_batches where id in (select id from api_key_usage_batches
          where at < ${now} - ${batchMemoryMs} order by at limit ${mostForgotten})`,
      ]
      await db.write(writes).catch((error: unknown) => {
        if (!isKnown(error)) throw error
      })
    },
  }
}

function addUses(uses: Sql): Sql {
  return sql`insert into api_key_usage (organization_id, key_id, hour, count, last_used_at)
    select value ->> 'organizationId', value ->> 'keyId', value ->> 'hour', value ->> 'count', value ->> 'lastUsedAt'
    from ${uses} where true
    on conflict (organization_id, key_id, hour) do update set count = count + excluded.count,
    last_used_at = max(coalesce(last_used_at, 0), excluded.last_used_at)`
}

/** Moves last uses forward, in rows that lists read and changes of keys do not. */
function moveLastUses(uses: Sql): Sql {
  return sql`insert into api_key_last_uses (key_id, organization_id, last_used_at)
    select value ->> 'keyId', value ->> 'organizationId', value ->> 'lastUsedAt' from ${uses} where true
    on conflict (key_id) do update set last_used_at = max(last_used_at, excluded.last_used_at)`
}

/** The later use stays: of two tokens before a rotation, the newer one was used later. */
function movePreviousUses(previous: Sql): Sql {
  return sql`insert into api_key_previous_uses (key_id, until, last_used_at)
    select value ->> 'keyId', value ->> 'until', value ->> 'lastUsedAt' from ${previous} where true
    on conflict (key_id) do update set
    until = case when excluded.last_used_at >= last_used_at then excluded.until else until end,
    last_used_at = max(last_used_at, excluded.last_used_at)`
}

function addRefusals(refusals: Sql): Sql {
  return sql`insert into api_key_refusals (organization_id, key_id, hour, code, count)
    select value ->> 'organizationId', value ->> 'keyId', value ->> 'hour', value ->> 'code', value ->> 'count'
    from ${refusals} where true
    on conflict (organization_id, key_id, hour, code) do update set count = count + excluded.count`
}

/** Counts as lists of JSON, with dates as numbers. */
function inParts(counts: readonly object[]): readonly Sql[] {
  const rows = counts.map((count) =>
    Object.fromEntries(Object.entries(count).map(([name, value]) => [name, value instanceof Date ? +value : value])),
  )
  return Array.from({ length: Math.ceil(rows.length / maxRows) }, (_, at) =>
    list(rows.slice(at * maxRows, (at + 1) * maxRows)),
  )
}

/** Whether a batch was written before. */
function isKnown(error: unknown): boolean {
  return error instanceof Error && error.message.includes('constraint failed: api_key_usage_batches.id')
}
