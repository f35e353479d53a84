import { type RawBuilder, sql } from 'kysely'

/** The greater of two numbers: engines have several names for it. */
export function greater(a: RawBuilder<unknown>, b: RawBuilder<unknown>): RawBuilder<number> {
  return sql<number>`case when ${a} > ${b} then ${a} else ${b} end`
}
