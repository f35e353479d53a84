import { firstRecentHour, type StatsRequest, type StoreStats } from '@keywright/core/store'
import { sql } from 'kysely'
import { instantOf, sumOf } from '../tables/whole-number.js'
import type { StoreContext } from './context.js'
import { loadLastUse } from './last-use.js'
import { ownedBy } from './owned-by.js'

/** Counts the keys of an organisation, or of one owner, by status, and how often they were used in the last 24 hours. */
export function loadStats({ reading }: StoreContext, request: StatsRequest): Promise<StoreStats> {
  return reading((on) => countAll(on, request))
}

async function countAll(context: StoreContext, request: StatsRequest): Promise<StoreStats> {
  const { db, tables, dialect } = context
  const { organizationId, owner } = request
  const { now } = dialect
  let keys = db.selectFrom(tables.api_keys)
  keys =
    owner === undefined ? keys.where('organization_id', '=', organizationId) : keys.where((eb) => ownedBy(eb, owner))
  const all = keys.select(({ fn }) => fn.countAll<number>().as('keys'))
  const at = sql<number>`(select ${now})` // once, not for each key
  const active = all.where('status', '=', 'active')
  // From an index alone: it has these columns, and no row is read. An organisation's tombstones are not even counted.
  const counted = await db
    .selectNoFrom([
      sql<number>`${active.where('expires_at', 'is', null)} + ${active.where('expires_at', '>', at)}`.as('active'),
      active.where('expires_at', '<=', at).as('expired'),
      all.where('status', '=', 'disabled').as('disabled'),
      all.where('status', '=', 'revoked').as('revoked'),
      (owner === undefined ? sql<null>`null` : all).as('made'), // those deleted as well: their rows stay
      now.as('now'),
    ])
    .executeTakeFirstOrThrow()
  const counter = await db
    .selectFrom(tables.api_key_counters)
    .select('created')
    .where('organization_id', '=', organizationId)
    .executeTakeFirst()
  let usage = db
    .selectFrom(tables.api_key_usage)
    .select(({ fn }) => fn.sum<number>('count').as('count'))
    .where('organization_id', '=', organizationId)
    .where('hour', '>=', firstRecentHour(instantOf(counted.now, 'now')).getTime())
  if (owner !== undefined) usage = usage.where('key_id', 'in', keys.select('id'))
  const uses = await usage.executeTakeFirst()
  const lastUsedAt = await loadLastUse(context, request)
  return {
    created: sumOf(owner === undefined ? counter?.created : counted.made, 'created'),
    active: sumOf(counted.active, 'active'),
    disabled: sumOf(counted.disabled, 'disabled'),
    expired: sumOf(counted.expired, 'expired'),
    revoked: sumOf(counted.revoked, 'revoked'),
    recentUsage: sumOf(uses?.count, 'count'),
    lastUsedAt: lastUsedAt === 0 ? null : new Date(lastUsedAt),
  }
}
