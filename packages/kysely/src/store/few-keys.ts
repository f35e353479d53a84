import { type KeyFilter, type KeySort, organizationOf } from '@keywright/core/store'
import { type RawBuilder, sql } from 'kysely'
import { sumOf } from '../tables/whole-number.js'
import {
  all,
  beginsWith,
  isIn,
  isMadeBy,
  isOf,
  isOneOf,
  isTag,
  type ListContext,
  statusParts,
} from './key-conditions.js'

/** The ids of keys, as a statement: perhaps some of them twice. Each part of it ends behind one more than are few. */
export type KeyIds = RawBuilder<{ readonly id: string }>

/** The most keys that are read and sorted for a page, in the biggest organisation. */
export const mostSorted = 20_000
/** How many keys are sorted in the time in which a list is read in its order by one key, with all that is asked of it. */
const sortedMeanwhile = 7

/**
 * Finds the part of a filter that the fewest keys meet, if it takes less to sort these than to read the list in its order until a page
 * is full: that takes the longer, the fewer there are among all keys of the organisation. `null`: it takes more.
 *
 * @param limit - The keys of a page.
 */
export async function findFew(
  context: ListContext,
  filter: KeyFilter,
  { sort, limit }: { readonly sort: KeySort | null; readonly limit: number },
): Promise<KeyIds | null> {
  const within = organizationIn(filter)
  const parts = within === null ? [] : partsOf(context, filter, sort, within)
  if (parts.length === 0) return null
  const counts = parts.map((ids, at) => sql`(select count(*) from (${ids}) as counted) as ${sql.ref(`c${at}`)}`)
  const made = sql`select created from ${sql.table(context.tables.api_key_counters)} where organization_id = ${within}`
  const { rows } = await sql<Record<string, unknown>>`select (${made}) as made, ${sql.join(counts)}`.execute(context.db)
  const [least] = parts
    .map((ids, at) => ({ ids, count: sumOf(rows[0]?.[`c${at}`], `c${at}`) }))
    .sort((a, b) => a.count - b.count)
  const few = Math.sqrt(sortedMeanwhile * limit * sumOf(rows[0]?.made, 'created'))
  return least !== undefined && least.count <= Math.min(Math.max(few, limit), mostSorted) ? least.ids : null
}

function organizationIn({ organizationId, owner }: KeyFilter): string | null {
  return organizationId ?? (owner === undefined ? null : organizationOf(owner))
}

/** The parts of a filter that an index finds without an order. */
function partsOf({ tables }: ListContext, filter: KeyFilter, sort: KeySort | null, within: string): KeyIds[] {
  const { owner, createdBy, environments, words = [], tags = [], holds, unusedSince, expiringBefore } = filter
  // Each with a limit of its own: engines may read all of a union, and turn what has no limit into a join.
  const some = (ids: RawBuilder<unknown>): KeyIds =>
    sql`select id from (${ids} limit ${sql.lit(mostSorted + 1)}) as part`
  const terms = (condition: RawBuilder<unknown>): KeyIds =>
    some(
      sql`select t.key_id as id from ${sql.table(tables.api_key_terms)} as t where t.organization_id = ${within} and ${condition}`,
    )
  const keys = (condition: RawBuilder<unknown>): KeyIds =>
    some(sql`select k.id as id from ${sql.table(tables.api_keys)} as k where ${condition}`)
  const together = (parts: readonly KeyIds[]): KeyIds => sql`${sql.join(parts, sql` union all `)}`
  const of = all(isOf(filter, 'k'))
  const isInOrder = sort === 'created' || sort === null
  return [
    ...words.map((word) => terms(sql`t.kind = 'word' and ${beginsWith(sql.ref('t.term'), word)}`)),
    ...tags.map((tag) => terms(isTag(tag, 't'))),
    ...(holds === undefined
      ? []
      : [together([terms(isOneOf(holds, 'scope', 't')), terms(isOneOf(holds, 'role', 't'))])]),
    ...(unusedSince === undefined
      ? []
      : [
          some(sql`select u.key_id as id from ${sql.table(tables.api_key_last_uses)} as u
            where u.organization_id = ${within} and u.last_used_at < ${unusedSince.getTime()}`),
        ]),
    ...(expiringBefore === undefined
      ? []
      : [
          together(
            statusParts(filter.status, 'k').map(({ condition }) =>
              keys(all([of, condition, sql`k.expires_at < ${expiringBefore.getTime()}`])),
            ),
          ),
        ]),
    // By creation, indexes give these in the order of the list.
    ...(owner === undefined || isInOrder || sort === 'expiry' ? [] : [keys(of)]),
    ...(createdBy === undefined || isInOrder
      ? []
      : [keys(all([...isOf({ organizationId: within }, 'k'), ...isMadeBy(filter, 'k')]))]),
    ...(environments === undefined || isInOrder
      ? []
      : [keys(all([...isOf({ organizationId: within }, 'k'), ...isIn(filter, 'k')]))]),
  ]
}
