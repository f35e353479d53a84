import { madeHere, type OrganizationSweep } from '@keywright/core/store'
import { type SqlBool, sql } from 'kysely'
import type { StoreContext } from './context.js'
import { all, type Condition } from './key-conditions.js'

/** Which tombstones may be removed: an imported secret must not be imported again. */
export function isOldTombstone(organizationId: string, before: Date): Condition {
  return all([
    sql<SqlBool>`organization_id = ${organizationId}`,
    sql<SqlBool>`status = 'deleted'`,
    sql<SqlBool>`deleted_at < ${before.getTime()}`,
    sql<SqlBool>`lookup_digest like ${sql.lit(`${madeHere}%`)}`,
  ])
}

/** Removes tombstones, with what else there is of their keys. */
export async function removeTombstones(
  { tables, changing, transaction }: StoreContext,
  { organizationId, before, limit }: OrganizationSweep & { readonly before: Date },
): Promise<number> {
  const isOld = isOldTombstone(organizationId, before)
  const found = await changing((on) => on.selectFrom(tables.api_keys).select('id').where(isOld).limit(limit).execute())
  if (found.length === 0) return 0
  const ids = found.map(({ id }) => id).sort()
  return transaction(async (trx) => {
    const { numDeletedRows } = await trx
      .deleteFrom(tables.api_keys)
      .where('id', 'in', ids)
      .where(isOld)
      .executeTakeFirstOrThrow()
    await trx.deleteFrom(tables.api_key_terms).where('key_id', 'in', ids).execute()
    await trx.deleteFrom(tables.api_key_last_uses).where('key_id', 'in', ids).execute()
    await trx.deleteFrom(tables.api_key_rotations).where('key_id', 'in', ids).execute()
    await trx.deleteFrom(tables.api_key_previous_uses).where('key_id', 'in', ids).execute()
    await trx.deleteFrom(tables.api_key_notices).where('key_id', 'in', ids).execute()
    // Last, as calls lock it last. No key has its id again, so nobody gets its credits.
    await trx
      .deleteFrom(tables.api_key_budgets)
      .where('organization_id', '=', organizationId)
      .where('holder', '=', 'key')
      .where('id', 'in', ids)
      .execute()
    return Number(numDeletedRows)
  })
}
