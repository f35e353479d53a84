import { type KeyFilter, sumOf } from '@keywright/core/store'
import type { Database } from '../driver/database.js'
import { join, raw, type Sql, sql } from '../sql/sql.js'
import { organizationIn } from './key-conditions.js'

/** The most keys that are sorted for a page. */
const mostSorted = 1_000
/** Of so many words of a search and tags, one is rare enough, or none is. */
const mostParts = 8

/**
 * Finds the keys that have the rarest word or tag of those asked for, if there are so few that to sort them takes less than to read the list in its
 * order until a page is full: that takes the longer, the fewer there are among all keys of the organization. `null`: it takes more.
 *
 * @param limit - The keys of a page.
 */
export async function findFew(db: Database, filter: KeyFilter, limit: number): Promise<Sql | null> {
  const within = organizationIn(filter)
  const { words = [], tags = [] } = filter
  if (within === null || words.length + tags.length === 0) return null
  const terms = [
    // A tag first: there are fewer of one than of words that begin so.
    ...tags.map((tag) => sql`kind = 'tag' and term = ${tag}`),
    ...words.map((word) => sql`kind = 'word' and term >= ${word} and term < ${word} || char(1114111)`),
  ]
  const parts = terms.slice(0, mostParts).map(
    (term) => sql`select key_id as id from api_key_terms where organization_id = ${within} and ${term}
      limit ${mostSorted + 1}`,
  )
  const counts = parts.map((ids, at) => sql`(select count(*) from (${ids})) as ${raw(`c${at}`)}`)
  const made = sql`(select created from api_key_counters where organization_id = ${within}) as made`
  const [rows] = await db.read([sql`select ${join([made, ...counts], ', ')}`])
  const found = parts.map((ids, at) => ({ ids, count: sumOf(rows?.[0]?.[`c${at}`], 'count') }))
  const [rarest] = found.sort((a, b) => a.count - b.count)
  const few = Math.min(Math.sqrt(limit * sumOf(rows?.[0]?.made, 'created')), mostSorted)
  return rarest !== undefined && rarest.count <= few ? rarest.ids : null
}
