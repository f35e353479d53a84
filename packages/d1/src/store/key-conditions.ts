import { type KeyFilter, type KeyPolicy, organizationOf } from '@keywright/core/store'
import { all, list, now } from '../sql/parts.js'
import { join, type Sql, sql } from '../sql/sql.js'
import { ownedBy } from './owned-by.js'

/** When the key `k` ends. Written so that no index seeks it, where the list goes on in another order. */
export const endOf: Sql = { texts: [`coalesce(k.expires_at, ${Number.MAX_SAFE_INTEGER})`], values: [] }

/** The organization that a filter names, itself or by an owner. */
export function organizationIn({ organizationId, owner }: KeyFilter): string | null {
  return organizationId ?? (owner === undefined ? null : organizationOf(owner))
}

/** What a filter asks of the key `k`, but its status. */
export function meets(filter: KeyFilter): readonly Sql[] {
  const {
    organizationId,
    owner,
    createdBy,
    environments,
    words = [],
    tags = [],
    holds,
    unusedSince,
    expiringBefore,
    breaks,
  } = filter
  const lastUse = sql`(select u.last_used_at from api_key_last_uses as u where u.key_id = k.id)`
  return [
    ...(organizationId === undefined ? [] : [sql`k.organization_id = ${organizationId}`]),
    ...(owner === undefined ? [] : ownedBy(owner)),
    ...(createdBy === undefined
      ? []
      : [sql`k.created_by_type = ${createdBy.type} and k.created_by_id = ${createdBy.id}`]),
    ...(environments === undefined
      ? []
      : [sql`exists (select 1 from ${list(environments)} as e where e.value is k.environment)`]),
    ...(words.length === 0 ? [] : [hasAllOf(words)]),
    ...(tags.length === 0 ? [] : [hasTags(tags)]),
    ...(holds === undefined
      ? []
      : [
          sql`exists (select 1 from ${list(holds)} as h cross join api_key_terms as t
            where t.key_id = k.id and t.kind = h.value ->> 'kind' and t.term = h.value ->> 'term')`,
        ]),
    ...(unusedSince === undefined
      ? []
      : [sql`k.created_at < ${unusedSince.getTime()} and coalesce(${lastUse}, 0) < ${unusedSince.getTime()}`]),
    ...(expiringBefore === undefined ? [] : [sql`k.expires_at < ${expiringBefore.getTime()}`]),
    ...(breaks === undefined ? [] : [isBroken(breaks)]),
  ]
}

/** Whether it breaks a rule of a policy. */
function isBroken({ maxLifetimeMs, requireExpiry, requireIpAllowList }: KeyPolicy): Sql {
  const rules = [
    ...(requireExpiry || maxLifetimeMs !== null ? [sql`k.expires_at is null`] : []),
    ...(maxLifetimeMs === null ? [] : [sql`k.expires_at > k.created_at + ${maxLifetimeMs}`]),
    ...(requireIpAllowList ? [sql`k.ip_allow_list is null`] : []),
  ]
  return rules.length === 0 ? sql`1 = 0` : sql`(${join(rules, ' or ')})`
}

/** For each word, a term that begins so: no other sorts between the word and itself with the last of all letters. */
function hasAllOf(words: readonly string[]): Sql {
  return sql`not exists (select 1 from ${list(words)} as w where not exists (select 1 from api_key_terms as t
    where t.key_id = k.id and t.kind = 'word' and t.term >= w.value and t.term < w.value || char(1114111)))`
}

/** For each tag, the term that it is. */
function hasTags(tags: readonly string[]): Sql {
  return sql`not exists (select 1 from ${list(tags)} as g where not exists (select 1 from api_key_terms as t
    where t.key_id = k.id and t.kind = 'tag' and t.term = g.value))`
}

const stored = ['active', 'deleted', 'disabled', 'revoked'] as const

/** The statuses that are asked for, each as a range of an index; of any, also what a damaged row may have, between those that we know. */
export function statusParts(status: KeyFilter['status']): readonly Sql[] {
  const is = (one: string) => sql`k.status = ${one}`
  if (status === undefined) {
    const damaged = ['', ...stored].map((above, at) => {
      const below = stored[at]
      return sql`k.status > ${above}${below === undefined ? sql`` : sql` and k.status < ${below}`}`
    })
    return [is('active'), is('disabled'), is('revoked'), sql`k.status = ''`, ...damaged]
  }
  const asked = new Set([status].flat())
  const [lives, isOver] = [asked.has('active'), asked.has('expired')]
  const ends = isOver ? sql`${endOf} <= (select ${now})` : sql`${endOf} > (select ${now})`
  return [
    ...(lives && isOver ? [is('active')] : lives || isOver ? [all([is('active'), ends])] : []),
    ...(['disabled', 'revoked'] as const).filter((one) => asked.has(one)).map(is),
  ]
}

/** The same as one condition, for keys that are found without an index by status. */
export function hasStatus(status: KeyFilter['status']): Sql {
  return status === undefined ? sql`k.status <> 'deleted'` : sql`(${join(statusParts(status), ' or ')})`
}
