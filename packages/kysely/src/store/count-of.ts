import { type RawBuilder, sql } from 'kysely'

/** The number of rows that meet `condition`; `null` when there are no rows at all. */
export function countOf(condition: RawBuilder<unknown>): RawBuilder<number> {
  return sql<number>`sum(case when ${condition} then 1 else 0 end)`
}
