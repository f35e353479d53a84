import { type Kysely, type RawBuilder, sql } from 'kysely'
import { keyDatabase } from '../src/dialect/key-database.js'

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

/** The organisation and the owner of {@link endMostKeys}: of their keys, only the disabled ones are live. */
export const deadOwner = { type: 'user', id: 'dead-owner', organizationId: 'dead' } as const
export const disabledKeys = bigOwnersKeys / 10

/** Gives the keys of the big owner's organisation that are of others to {@link deadOwner}, and ends nine in ten of them. */
export async function endMostKeys(db: Kysely<object>, table: string): Promise<void> {
  const last = sql`substr(id, 12, 1)`
  await sql`
    update ${sql.table(table)} set
      owner_id = ${deadOwner.id}, organization_id = ${deadOwner.organizationId},
      status = case when ${last} < '3' then 'revoked' when ${last} < '6' then 'deleted' when ${last} < '9' then 'active' else 'disabled' end,
      expires_at = case when ${last} between '6' and '8' then 1000 else null end
    where organization_id = ${bigOwner.organizationId} and owner_id <> ${bigOwner.id}`.execute(db)
}

/** How many keys of {@link makeManyKeys} have the word `rare`, the tag `rare tag`, the scope `rare.scope`, another environment and creator: each thousandth. */
export const rareKeys = 10
export const rareCreator = { type: 'user', id: 'rare-creator' } as const

/** Puts all keys where lists look for them, as the store does: each by a word and a name of its own, and by what all have. */
export async function listManyKeys(db: Kysely<object>, tablePrefix: string): Promise<void> {
  const [keys, terms, uses] = ['api_keys', 'api_key_terms', 'api_key_last_uses'].map((name) =>
    sql.table(tablePrefix + name),
  )
  const isRare = sql`substr(id, 10, 3) = '000'`
  await sql`update ${keys} set listed = 1, sort_name = substr(id, 8, 5)`.execute(db)
  await sql`update ${keys} set environment = 'rare', created_by_id = ${rareCreator.id}, created_by_type = 'user', expires_at = 5000 where ${isRare}`.execute(
    db,
  )
  await sql`delete from ${terms}`.execute(db)
  await sql`delete from ${uses}`.execute(db)
  for (const [kind, term, condition] of [
    ['word', sql`substr(id, 8, 5)`, sql`1 = 1`],
    ['word', sql`'common'`, sql`1 = 1`],
    ['word', sql`'rare'`, isRare],
    ['tag', sql`'common tag'`, sql`substr(id, 12, 1) < '3'`],
    ['tag', sql`'rare tag'`, isRare],
    ['scope', sql`'common.scope'`, sql`1 = 1`],
    ['scope', sql`'rare.scope'`, isRare],
  ] as const)
    await sql`insert into ${terms} (organization_id, kind, term, key_id)
      select organization_id, ${sql.lit(kind)}, ${term}, id from ${keys} where status <> 'deleted' and ${condition}`.execute(
      db,
    )
  await sql`insert into ${uses} (key_id, organization_id, last_used_at)
    select id, organization_id, case when ${isRare} then 1000 else created_at end from ${keys} where status <> 'deleted'`.execute(
    db,
  )
}

/** How many of {@link makeManyRecords} are of another type and actor: the first ones, of one second each. */
export const rareRecords = 50
export const rareActor = { type: 'user', id: 'rare' } as const
export const firstRecordAt = 1_700_000_000_000

/** Makes `count` audit records of an organisation, one a second, which form no chain. */
export async function makeManyRecords(
  db: Kysely<object>,
  { table, organizationId, count }: { readonly table: string; readonly organizationId: string; readonly count: number },
): Promise<void> {
  for (let start = 0; start < count; start += 1_000) {
    const rows = Array.from({ length: Math.min(1_000, count - start) }, (_, index) => {
      const n = start + index
      const [type, actor] = n < rareRecords ? ['api_key.revoked', rareActor.id] : ['api_key.created', 'often']
      const at = firstRecordAt + n * 1_000
      return sql`(${sql.join([organizationId, n + 1, `k${n % 100}`, type, 'user', actor, at, '{}', ''].map((value) => sql.lit(value)))})`
    })
    await sql`
      insert into ${sql.table(table)} (organization_id, seq, key_id, type, actor_type, actor_id, at, event, hash)
      values ${sql.join(rows)}`.execute(db)
  }
}

/** Updates the engine's statistics, as it does by itself from time to time, so that its plans fit the rows. */
export async function countRows(db: Kysely<object>, table: string): Promise<void> {
  const verb = { sqlite: 'analyze', mysql: 'analyze table', postgres: 'vacuum analyze' }[
    keyDatabase(db, {}).dialect.name
  ]
  await sql`${sql.raw(verb)} ${sql.table(table)}`.execute(db)
}
