import { dayMs, hourMs, type StatsRequest } from '@keywright/core/store'
import { sql } from 'kysely'
import { lastUseOf } from '../tables/last-use-of.js'
import { sumOf, wholeNumberOf } from '../tables/whole-number.js'
import type { StoreContext } from './context.js'
import { ownedBy } from './owned-by.js'

/** When any key of an organisation, or of one owner, was last used; 0 for never. */
export async function loadLastUse(
  { db, tables }: Pick<StoreContext, 'db' | 'tables'>,
  { organizationId, owner }: StatsRequest,
): Promise<number> {
  if (owner !== undefined) {
    const row = await db
      .selectFrom(tables.api_keys)
      .select(({ fn }) => [
        sql<number | null>`max(${lastUseOf(tables)})`.as('at'),
        fn.max('last_used_at').as('before'), // as versions before left it
      ])
      .where((eb) => ownedBy(eb, owner))
      .executeTakeFirst()
    return Math.max(sumOf(row?.at, 'last_used_at'), sumOf(row?.before, 'last_used_at'))
  }
  const ofOrganization = db
    .selectFrom(`${tables.api_key_usage} as used`)
    .where('used.organization_id', '=', organizationId)
  // Every use has a row of its hour, so the last one is among those of the last hour; or of the last day, where a day is added up, as a
  // run that was killed may have left some of its hours. Asked apart: an engine that does not know the
  // hour may take it for one in which most keys were used, and read all of them.
  const latest = await ofOrganization.select(({ fn }) => fn.max('used.hour').as('hour')).executeTakeFirst()
  if (latest?.hour == null) return 0
  const hour = wholeNumberOf(latest.hour, 'hour')
  const row = await ofOrganization
    .where('used.hour', '>=', hour % hourMs === 0 ? hour : hour - (hour % dayMs))
    // Versions before write it to the key. A tombstone may be gone.
    .leftJoin(`${tables.api_keys} as key`, 'key.id', 'used.key_id')
    .select(({ fn }) => [fn.max('used.last_used_at').as('at'), fn.max('key.last_used_at').as('before')])
    .executeTakeFirst()
  return Math.max(sumOf(row?.at, 'last_used_at'), sumOf(row?.before, 'last_used_at'))
}
