import type { Keyring } from '@keywright/core'
import { type Kysely, type LogEvent, sql } from 'kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { unknownToken } from '../../../test/faults/unknown-token.js'
import { describeFully, testsEverything } from '../../../test/support/everything.js'
import { findMariadb, ownMariadb } from '../../../test/support/own-mariadb.js'
import { kyselyStore, kyselyWebhookStore, migrateToLatest } from '../src/index.js'
import { dropTables, newPrefix } from './drop-tables.js'
import { engines } from './engines.js'
import { input, keyringOver, owner } from './keyring-over.js'
import { openMariaDb, openPostgres } from './open-database.js'

const { organizationId } = owner

/** Every read of a keyring, but a verification. */
const reads = ({ audit, ...keyring }: Keyring, id: string): Readonly<Record<string, () => Promise<unknown>>> => ({
  get: () => keyring.get(id),
  list: () => keyring.list({ organizationId }),
  total: () => keyring.list({ organizationId, total: true }),
  stats: () => keyring.stats({ organizationId }),
  usage: () => keyring.usage({ organizationId }),
  usageOfKeys: () => keyring.usageOfKeys({ keyIds: [id], organizationId }),
  topKeys: () => keyring.topKeys({ organizationId }),
  'audit.list': () => audit.list({ organizationId }),
  'audit.verify': () => audit.verify({ organizationId }),
})

const recordIn =
  (sent: string[]) =>
  ({ query }: LogEvent): void => {
    sent.push(query.sql)
  }

/** A key, and a keyring over `db` with the statements that it sends. */
async function keyOn(db: Kysely<object>, tablePrefix: string, sent: () => readonly string[]) {
  const tables = { tablePrefix }
  await migrateToLatest(db, tables)
  const { keyring } = keyringOver(kyselyStore(db, tables))
  const { key, token } = await keyring.create(input)
  const verify = (text = token.reveal()) => keyring.verify(text)
  const webhooks = kyselyWebhookStore(db, tables)

  /** On a server that may be read, a verification is one statement, and each read gives an answer. */
  const expectTrusted = async (): Promise<void> => {
    expect((await verify()).ok).toBe(true)
    const before = sent().length
    expect((await verify()).ok).toBe(true)
    expect(sent().slice(before)).toHaveLength(1)
    expect(await verify(unknownToken())).toMatchObject({ refusal: { code: 'api_key_invalid' } })
    for (const read of Object.values(reads(keyring, key.id))) await read()
    await webhooks.listEndpoints({ organizationId, limit: 10 })
    expect(await keyring.doctor()).toEqual([])
  }

  const expectRefused = async (message: RegExp): Promise<void> => {
    const before = sent().length
    const unavailable = { code: 'auth_unavailable', cause: { message: expect.stringMatching(message) } }
    expect(await verify()).toMatchObject({ refusal: unavailable })
    expect(sent().slice(before)).toHaveLength(1)
    // A key that it does not know yet is no bad key.
    expect(await verify(unknownToken())).toMatchObject({ refusal: unavailable })
    const refused = { code: 'store_unavailable', message: expect.stringMatching(message) }
    for (const [name, read] of Object.entries(reads(keyring, key.id))) {
      await expect(read(), name).rejects.toMatchObject(refused)
    }
    const lists = [
      () => webhooks.listEndpoints({ organizationId, limit: 10 }),
      () => webhooks.findEndpoint('none'),
      () => webhooks.listOrganizations({ after: null, limit: 10 }),
      () => webhooks.listDeliveries({ endpointId: 'none', limit: 10 }),
      () => webhooks.findDelivery('none'),
      () => webhooks.status({ since: new Date(0) }),
    ]
    for (const list of lists) await expect(list()).rejects.toMatchObject(refused)
    const within = db.transaction().execute((trx) => keyring.inTransaction(trx).get(key.id))
    await expect(within).rejects.toMatchObject(refused)
    await expect(migrateToLatest(db, tables)).rejects.toMatchObject(refused)
    expect(await keyring.doctor()).toEqual([
      { code: 'outdated_server', severity: 'error', message: expect.stringMatching(message) },
    ])
  }

  return { keyring, key, verify, expectTrusted, expectRefused }
}

const program = findMariadb()
if (program === null) console.warn('Replicas of MariaDB are left out: no mariadbd on this machine')

describeFully('a replica of MariaDB', () => {
  it('is refused while it is read-only, whatever its user may write (FI-46)', async () => {
    const server = await ownMariadb(program ?? expect.unreachable('No mariadbd on this machine'))
    onTestFinished(() => server.remove())
    await server.start()
    const sent: string[] = []
    const { db } = openMariaDb(server.url, { kyselyLog: recordIn(sent) })
    onTestFinished(() => db.destroy())
    const { keyring, key, expectTrusted, expectRefused } = await keyOn(db, newPrefix(), () => sent)
    await expectTrusted()

    await sql`set global read_only = 1`.execute(db)
    await expectRefused(/read-only, as replicas are/)
    // Root has the right to write on a read-only server: what it decided there would be by old rows.
    await expect(keyring.revoke(key.id)).rejects.toMatchObject({ code: 'store_unavailable' })
    await expect(keyring.create(input)).rejects.toMatchObject({ code: 'store_unavailable' })
    await sql`set global read_only = 0`.execute(db)
    await expectTrusted()

    // As readers of Aurora are.
    await server.stop()
    await server.start('--innodb-read-only')
    expect((await sql`select @@global.read_only as is_set`.execute(db)).rows).toEqual([{ is_set: 0 }])
    await expectRefused(/read-only, as replicas are/)
  })
})

/** Server settings that PostgreSQL does not have, answered by a function that its names are looked up in first. */
const settings = [
  ['CockroachDB', { default_transaction_use_follower_reads: 'on' }],
  ['YugabyteDB', { yb_read_from_followers: 'on', transaction_read_only: 'on' }],
] as const
const postgres = engines.find(({ name }) => name === 'PostgreSQL') ?? expect.unreachable()
const opened = openPostgres(postgres.url ?? '', { connectionTimeoutMillis: 2_000 })
const isThere = await sql`select 1`.execute(opened.db).then(
  () => true,
  () => false,
)
await opened.db.destroy()

describe.skipIf(!isThere && !testsEverything)('a session that reads from followers', () => {
  it.each(settings)('is refused as %s says that it is one (FI-46)', async (_engine, values) => {
    const tablePrefix = newPrefix()
    const sent: string[] = []
    const { db } = openPostgres(postgres.url ?? '', { max: 1, kyselyLog: recordIn(sent) })
    const schema = sql.id(`${tablePrefix}settings`)
    onTestFinished(async () => {
      await sql`reset search_path`.execute(db)
      await sql`drop schema if exists ${schema} cascade`.execute(db)
      await dropTables(db, tablePrefix)
      await db.destroy()
    })
    const { expectTrusted, expectRefused } = await keyOn(db, tablePrefix, () => sent)
    await expectTrusted()

    await sql`create schema ${schema}`.execute(db)
    await sql`create function ${schema}.current_setting(name text, missing boolean default false) returns text language sql
      as $$ select coalesce(${sql.lit(JSON.stringify(values))}::jsonb ->> name, pg_catalog.current_setting(name, missing)) $$`.execute(
      db,
    )
    await sql`set search_path = ${schema}, pg_catalog, public`.execute(db)
    await expectRefused(/reads from followers/)
    await sql`reset search_path`.execute(db)
    await expectTrusted()
  })
})
