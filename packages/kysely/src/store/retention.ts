import { requestMemoryMs, type StoreRetention } from '@keywright/core/store'
import { type SqlBool, sql } from 'kysely'
import { sumOf } from '../tables/whole-number.js'
import { addUpDays, countTables, isHour } from './add-up-days.js'
import { auditStartMethods } from './audit-start.js'
import type { StoreContext } from './context.js'
import { loadOrganizations } from './organizations.js'
import { isOldTombstone, removeTombstones } from './tombstones.js'
import { batchMemoryMs } from './usage.js'

/** How old rows are removed. */
export function retentionMethods(context: StoreContext): StoreRetention {
  const { tables, reading } = context
  return {
    organizations: (page) => loadOrganizations(context, page),

    ...auditStartMethods(context),

    addUpDays: (request) => addUpDays(context, request),

    removeTombstones: (request) => removeTombstones(context, request),

    async forgetIds(limit) {
      const requests = await forget(context, 'api_key_requests', requestMemoryMs, limit)
      return requests + (await forget(context, 'api_key_usage_batches', batchMemoryMs, limit - requests))
    },

    countOld: ({ organizationId, hoursBefore, deletedBefore }) =>
      reading(async ({ db }) => {
        let hours = 0
        for (const { table } of hoursBefore === null ? [] : countTables) {
          const old = db
            .selectFrom(tables[table] as 'api_key_usage') // both have these columns
            .select(({ fn }) => fn.countAll().as('hours'))
            .where('organization_id', '=', organizationId)
            .where('hour', '<', hoursBefore?.getTime() ?? 0)
            .where(isHour)
          hours += sumOf((await old.executeTakeFirst())?.hours, 'hour')
        }
        if (deletedBefore === null) return { hours, tombstones: 0 }
        const row = await db
          .selectFrom(tables.api_keys)
          .select(({ fn }) => fn.countAll().as('tombstones'))
          .where(isOldTombstone(organizationId, deletedBefore))
          .executeTakeFirst()
        return { hours, tombstones: sumOf(row?.tombstones, 'id') }
      }),
  }
}

async function forget(
  { tables, dialect, changing, transaction }: StoreContext,
  table: 'api_key_requests' | 'api_key_usage_batches',
  memoryMs: number,
  limit: number,
): Promise<number> {
  if (limit === 0) return 0
  const name = tables[table] as 'api_key_requests' // both have these columns
  const isOld = sql<SqlBool>`at < ${dialect.now} - ${sql.lit(memoryMs)}`
  const found = await changing((on) => on.selectFrom(name).select('id').where(isOld).limit(limit).execute())
  if (found.length === 0) return 0
  const ids = found.map(({ id }) => id).sort()
  const { numDeletedRows } = await transaction((trx) =>
    // One of them may have come again meanwhile.
    trx.deleteFrom(name).where('id', 'in', ids).where(isOld).executeTakeFirstOrThrow(),
  )
  return Number(numDeletedRows)
}
