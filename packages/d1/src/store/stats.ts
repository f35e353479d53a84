import { dayMs, hourMs, type StatsRequest, type StoreStats, sumOf } from '@keywright/core/store'
import type { Database } from '../driver/database.js'
import { all, now } from '../sql/parts.js'
import { sql } from '../sql/sql.js'
import { endOf } from './key-conditions.js'
import { ownedBy } from './owned-by.js'

/** Counts the keys of an organization, or of one owner, by status, and how often they were used in the last 24 hours. */
export async function loadStats(db: Database, { organizationId, owner }: StatsRequest): Promise<StoreStats> {
  const within = sql`organization_id = ${organizationId}`
  const keys = sql`api_keys as k where ${all([sql`k.${within}`, ...(owner === undefined ? [] : ownedBy(owner))])}`
  const ofOwner = owner === undefined ? sql`` : sql` and key_id in (select k.id from ${keys})`
  const lives = sql`${endOf} > (select ${now})`
  const [counted, made, used, last, lastOfAll] = await db.read([
    // From an index alone: it has these columns, and no row is read.
    sql`select count(*) as made, sum(k.status = 'active' and ${lives}) as active,
      sum(k.status = 'active' and not ${lives}) as expired, sum(k.status = 'disabled') as disabled,
      sum(k.status = 'revoked') as revoked from ${keys}`,
    sql`select created from api_key_counters where ${within}`,
    sql`select sum(count) as count from api_key_usage where ${within} and hour > ${now} - 86400000${ofOwner}`,
    sql`select max(last_used_at) as at from api_key_last_uses where ${within}${ofOwner}`,
    // The key that was used last may be a tombstone that is gone. Whose it was, nobody knows any more. A run that was killed may have left
    // hours of a day that has a row.
    ...(owner === undefined
      ? [
          sql`select max(last_used_at) as at from api_key_usage where ${within}
            and hour >= (select max(hour) - iif(max(hour) % ${hourMs} = 0, 0, max(hour) % ${dayMs})
              from api_key_usage where ${within})`,
        ]
      : []),
  ])
  const of = counted?.[0]
  const lastUsedAt = Math.max(sumOf(last?.[0]?.at, 'last_used_at'), sumOf(lastOfAll?.[0]?.at, 'last_used_at'))
  return {
    created: owner === undefined ? sumOf(made?.[0]?.created, 'created') : sumOf(of?.made, 'made'),
    active: sumOf(of?.active, 'active'),
    disabled: sumOf(of?.disabled, 'disabled'),
    expired: sumOf(of?.expired, 'expired'),
    revoked: sumOf(of?.revoked, 'revoked'),
    recentUsage: sumOf(used?.[0]?.count, 'count'),
    lastUsedAt: lastUsedAt === 0 ? null : new Date(lastUsedAt),
  }
}
