// Prints how many bytes a row takes on PostgreSQL, its share of the indexes included: the figures of docs/retention.md.
// npx tsx --conditions=@keywright/source packages/kysely/test/measure-rows.ts
import { hourOf } from '@keywright/core/store'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { kyselyStore, migrateToLatest, postgresPool } from '../src/index.js'
import { input, owner } from './keyring-over.js'
import { securedKeyring } from './secured-keyring.js'

const url = process.env.KEYWRIGHT_TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/test'
const db = new Kysely<object>({
  dialect: new PostgresDialect({ pool: postgresPool(new pg.Pool({ connectionString: url })) }),
})
const schema = `keywright_rows_${process.pid}`
const keyCount = 2_000
const hourMs = 3_600_000

try {
  await migrateToLatest(db, { schema })
  const store = kyselyStore(db, { schema })
  const keyring = securedKeyring(store)
  const actor = { type: 'user', id: crypto.randomUUID() } as const
  const context = { requestId: crypto.randomUUID(), ip: '203.0.113.7', userAgent: 'Mozilla/5.0 (X11; Linux x86_64)' }
  const ids: string[] = []
  for (let n = 0; n < keyCount; n += 1) {
    const { key } = await keyring.create({ ...input, name: `deploy ${n}` }, { actor, context })
    ids.push(key.id)
  }
  const now = Date.now()
  for (let hour = 0; hour < 48; hour += 1) {
    const at = new Date(now - hour * hourMs)
    const counted = ids.map((keyId) => ({ keyId, organizationId: owner.organizationId, hour: hourOf(at), count: 3 }))
    const refused = counted.map((one) => ({ ...one, code: 'rate_limited' }))
    await store.recordUsage(
      crypto.randomUUID(),
      counted.map((one) => ({ ...one, lastUsedAt: at })),
      refused,
    )
  }
  const print = async (what: string, names: readonly string[]) => {
    for (const name of names) {
      const table = sql.table(`${schema}.${name}`)
      await sql`vacuum full ${table}`.execute(db)
      const { rows } = await sql<{
        bytes: string
        count: string
      }>`select pg_total_relation_size(${`${schema}.${name}`}) as bytes,
        (select count(*) from ${table}) as count`.execute(db)
      const [{ bytes, count } = { bytes: '0', count: '0' }] = rows
      console.info(
        `${what}${name}: ${Math.round(Number(bytes) / Math.max(Number(count), 1))} bytes a row, of ${count} rows`,
      )
    }
  }
  const counts = ['api_key_usage', 'api_key_refusals']
  await print('', ['api_keys', 'api_key_terms', 'api_key_last_uses', 'api_key_audit', ...counts])
  for (const id of ids) await keyring.delete(id, { actor, context })
  await print('deleted: ', ['api_keys', 'api_key_terms', 'api_key_last_uses', 'api_key_audit'])
} finally {
  await sql`drop schema if exists ${sql.id(schema)} cascade`.execute(db)
  await db.destroy()
}
