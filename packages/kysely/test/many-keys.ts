import { type Kysely, type RawBuilder, sql } from 'kysely'

/** What a key of {@link makeManyKeys} has in place of what its template has. */
const columns = ['id', 'organization_id', 'owner_id', 'created_at'] as const
/** How many of the first keys have one owner; as many again are of others in the same organisation. */
export const bigOwnersKeys = 10_000
export const bigOwner = { type: 'user', id: 'big-owner', organizationId: 'big' } as const

/** The id of the `n`th of many keys. */
export const nthId = (n: number): string => String(firstId + n)
const firstId = 100_000_000_000

/**
 * Makes `count` keys like the one named `template`, in statements of 100 000 that every engine understands. Those of
 * {@link bigOwner} come first; all but its organisation's are spread over 1 000 organisations.
 */
export async function makeManyKeys(
  db: Kysely<object>,
  { table, template, count }: { readonly table: string; readonly template: string; readonly count: number },
): Promise<void> {
  const row = await sql<Record<string, unknown>>`select * from ${sql.table(table)} where id = ${template}`.execute(db)
  const copied = Object.keys(row.rows[0] ?? {}).filter((column) => !(columns as readonly string[]).includes(column))
  const digits = sql.join(
    Array.from({ length: 10 }, (_, digit) => sql.raw(`select ${digit} as n`)),
    sql` union all `,
  )
  for (let start = 0; start < count; start += 100_000) {
    const n = sql.raw<number>(`(${start} + a.n + 10 * b.n + 100 * c.n + 1000 * d.n + 10000 * e.n)`)
    const isBig = sql`${n} < ${sql.lit(bigOwnersKeys)}`
    const isNearBig = sql`${n} < ${sql.lit(2 * bigOwnersKeys)}`
    const spread = textOf(sql`100000 + ${n} % 1000`, 6)
    await sql`
      insert into ${sql.table(table)} (${sql.join([...columns, ...copied].map((column) => sql.ref(column)))})
      select ${textOf(sql`${sql.lit(firstId)} + ${n}`, 12)},
             case when ${isNearBig} then ${sql.lit(bigOwner.organizationId)} else ${spread} end,
             case when ${isBig} then ${sql.lit(bigOwner.id)} else ${spread} end,
             t.created_at + ${n} % 5000,
             ${sql.join(copied.map((column) => sql.ref(`t.${column}`)))}
      from (${digits}) a, (${digits}) b, (${digits}) c, (${digits}) d, (${digits}) e, ${sql.table(table)} t
      where t.id = ${sql.lit(template)} and ${n} < ${sql.lit(count)}`.execute(db)
  }
}

/** A number of exactly `length` digits as text: `char` is the one name of the type that all engines have for a cast. */
function textOf(number: RawBuilder<unknown>, length: number): RawBuilder<string> {
  return sql<string>`cast(${number} as char(${sql.lit(length)}))`
}

/** Lets the engine count what is there, as it does by itself from time to time, so that it plans for it. */
export async function countRows(db: Kysely<object>, table: string): Promise<void> {
  const isMysql = db.getExecutor().adapter.constructor.name === 'MysqlAdapter'
  await sql`analyze ${sql.raw(isMysql ? 'table' : '')} ${sql.table(table)}`.execute(db)
}
