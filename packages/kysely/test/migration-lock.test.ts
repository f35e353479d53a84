import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient, sql } from 'kysely'
import pg from 'pg'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { keyDatabase } from '../src/dialect/key-database.js'
import { kyselyStore, migrateToLatest } from '../src/index.js'
import type { StepTarget } from '../src/migrations/found-schema.js'
import { runStep } from '../src/migrations/run-step.js'
import { compileSteps, type MigrationStep, stepNames } from '../src/migrations/steps.js'
import { tableNames } from '../src/tables/table-names.js'
import { dropTables, newPrefix, tablesOf } from './drop-tables.js'
import { connect, type Engine, engines, testedEngines } from './engines.js'
import { input, keyringOver } from './keyring-over.js'

const opened = new Map<Engine, Kysely<object>>()
afterAll(async () => {
  for (const db of opened.values()) await db.destroy()
})

/** An engine, and a prefix whose tables are dropped after the test. */
async function place(engine: Engine) {
  const db = opened.get(engine) ?? (await connect(engine)) ?? expect.unreachable(`Nothing answers at ${engine.url}`)
  opened.set(engine, db)
  const tablePrefix = newPrefix()
  onTestFinished(() => dropTables(db, tablePrefix))
  return { db, tablePrefix, migrations: sql.table(`${tablePrefix}api_key_migrations`) }
}

async function stepsFor(db: Kysely<object>, tablePrefix: string): Promise<[StepTarget, readonly MigrationStep[]]> {
  const { db: keyDb, dialect } = keyDatabase(db, {})
  const schema = (await dialect.currentSchema(keyDb)) ?? undefined
  const guard = await dialect.loadGuard(keyDb)
  const target = { db: keyDb, dialect, schema, tables: tableNames({ tablePrefix, schema }), triggers: true, guard }
  return [target, compileSteps(target)]
}

const namesIn = async (db: Kysely<object>, table: ReturnType<typeof sql.table>): Promise<string[]> => {
  const { rows } = await sql<{ name: string }>`select name from ${table} order by name`.execute(db)
  return rows.map(({ name }) => name)
}

describe.each(testedEngines())('migrations on $name', (engine) => {
  it('run a step once, whoever asks at the same time or again', async () => {
    const { db, tablePrefix, migrations } = await place(engine)
    const callers = Array.from({ length: 4 }, () => migrateToLatest(db, { tablePrefix }))
    expect((await Promise.all(callers)).flat().sort()).toEqual(stepNames) // each by one of them
    expect(await namesIn(db, migrations)).toEqual(stepNames)

    const [target, [first]] = await stepsFor(db, tablePrefix)
    expect(await runStep(target, first ?? expect.unreachable())).toBe(false)
    expect(await migrateToLatest(db, { tablePrefix })).toEqual([])
  })

  it('keep what came before a step that fails, and name that step (FI-26)', async () => {
    const { db, tablePrefix, migrations } = await place(engine)
    const [target, all] = await stepsFor(db, tablePrefix)
    const more = `${tablePrefix}more`
    const record = (name: string) => `insert into ${tablePrefix}api_key_migrations values ('${name}', 'now')`
    const broken = {
      name: '0099-broken',
      statements: [`create table ${more} (id integer)`, 'select * from nowhere_at_all'],
    }
    const mended = { name: '0099-broken', statements: [`create table ${more}_2 (id integer)`, record('0099-broken')] }

    for (const step of all) expect(await runStep(target, step)).toBe(true)
    await expect(runStep(target, broken)).rejects.toMatchObject({
      message: expect.stringMatching(/^Migration 0099-broken failed, and those before it are kept: .*nowhere_at_all/),
      cause: expect.any(Error),
    })
    expect(await namesIn(db, migrations)).toEqual(stepNames)
    const isThere = await sql`select * from ${sql.table(more)}`.execute(db).catch(() => null)
    // MySQL cannot roll back the creation of a table.
    expect(isThere !== null).toBe(target.dialect.name === 'mysql')
    expect(await runStep(target, mended)).toBe(true)
    expect(await runStep(target, mended)).toBe(false)
    expect(await namesIn(db, migrations)).toEqual([...stepNames, '0099-broken'])
  })

  it("take over a database that Kysely's own migrator has migrated, and run nothing twice", async () => {
    const { db, tablePrefix, migrations } = await place(engine)
    await migrateToLatest(db, { tablePrefix })
    const { keyring } = keyringOver(kyselyStore(db, { tablePrefix }))
    const { key } = await keyring.create(input)
    // As that migrator leaves its tables.
    await db.schema.dropTable(`${tablePrefix}api_key_migrations`).execute()
    for (const [table, column] of [
      ['api_key_migrations', 'name'],
      ['api_key_migrations_lock', 'id'],
    ] as const) {
      await db.schema
        .createTable(`${tablePrefix}${table}`)
        .addColumn(column, 'varchar(255)', (one) => one.notNull().primaryKey())
        .addColumn(column === 'name' ? 'timestamp' : 'is_locked', 'varchar(255)', (one) => one.notNull())
        .execute()
    }
    for (const name of stepNames) {
      await sql`insert into ${migrations} values (${sql.lit(name)}, '2026-01-01T00:00:00.000Z')`.execute(db)
    }
    await sql`insert into ${sql.table(`${tablePrefix}api_key_migrations_lock`)} values ('migration_lock', '0')`.execute(
      db,
    )

    expect(await migrateToLatest(db, { tablePrefix })).toEqual([])
    expect(await namesIn(db, migrations)).toEqual(stepNames)
    expect(await keyring.get(key.id)).toEqual(key)
  })

  it('refuse to touch tables of a newer version', async () => {
    const { db, tablePrefix, migrations } = await place(engine)
    await migrateToLatest(db, { tablePrefix })
    await sql`insert into ${migrations} values ('9999-later', 'now')`.execute(db)
    await expect(migrateToLatest(db, { tablePrefix })).rejects.toThrow(/newer version: .* 9999-later/)
  })

  it('refuse a table of the host that has the name of one of ours, and name tablePrefix', async () => {
    const { db, tablePrefix } = await place(engine)
    await db.schema.createTable(`${tablePrefix}api_keys`).addColumn('theirs', 'integer').execute()
    await expect(migrateToLatest(db, { tablePrefix })).rejects.toMatchObject({
      code: 'invalid_options',
      field: 'tablePrefix',
      message: expect.stringMatching(
        /has a table \w+_api_keys that Keywright did not make\. Set the option tablePrefix\./,
      ),
    })
    expect(await sql`select theirs from ${sql.table(`${tablePrefix}api_keys`)}`.execute(db)).toMatchObject({ rows: [] })
    expect(await tablesOf(db, tablePrefix)).toEqual([`${tablePrefix}api_keys`])
  })
})

const postgres = engines.find(({ name }) => name === 'PostgreSQL') ?? expect.unreachable()
const isThere = await connect(postgres).then((db) => db?.destroy().then(() => true) ?? false)

describe.skipIf(!isThere)('migrations on a PostgreSQL server', () => {
  it('wait while another process migrates, and find its work done', async () => {
    const { db, tablePrefix } = await place(postgres)
    const [target, all] = await stepsFor(db, tablePrefix)
    let end = () => {}
    const ending = new Promise<void>((resolve) => {
      end = resolve
    })
    let begun = () => {}
    const beginning = new Promise<void>((resolve) => {
      begun = resolve
    })
    const other = target.dialect.exclusively(target.db, target.tables.api_key_migrations, async (trx) => {
      for (const statement of all.flatMap(({ statements }) => statements)) await sql.raw(statement).execute(trx)
      begun()
      await ending
    })
    await beginning
    let asked = 0
    const log = ({ query }: { readonly query: { readonly sql: string } }) => {
      if (query.sql.includes('pg_try_advisory_xact_lock')) asked += 1
    }
    const waiter = (await connect(postgres, { log })) ?? expect.unreachable()
    onTestFinished(() => waiter.destroy())
    const migrating = migrateToLatest(waiter, { tablePrefix })
    await expect.poll(() => asked).toBeGreaterThan(1)
    end()
    expect(await migrating).toEqual([])
    await other
  })

  it('leave no lock behind a pooler that gives each transaction another connection', async () => {
    const { db: admin, tablePrefix } = await place(postgres)
    const backends = [0, 1].map(() => new pg.Client({ connectionString: postgres.url ?? '' }))
    for (const backend of backends) await backend.connect()
    const db = new Kysely<object>({ dialect: new PostgresDialect({ pool: transactionPooler(backends) }) })
    onTestFinished(() => db.destroy())
    expect(await migrateToLatest(db, { tablePrefix })).toEqual(stepNames)
    const pids = await Promise.all(
      backends.map(async (one) => Number((await one.query('select pg_backend_pid() as pid')).rows[0].pid)),
    )
    const locks =
      await sql`select pid from pg_locks where locktype = 'advisory' and pid in (${sql.join(pids)})`.execute(admin)
    expect(locks.rows).toEqual([])
  })

  it("do not wait for the host's own migrations", async () => {
    const { db, tablePrefix } = await place(postgres)
    await db.connection().execute(async (host) => {
      // The lock that Kysely's migrator holds while it runs.
      await sql`select pg_advisory_lock(3853314791062309107)`.execute(host)
      expect(await migrateToLatest(db, { tablePrefix })).toEqual(stepNames)
      await sql`select pg_advisory_unlock(3853314791062309107)`.execute(host)
    })
  })

  it('run in a transaction of the host, and are rolled back with it', async () => {
    const { db, tablePrefix } = await place(postgres)
    const failing = db.transaction().execute(async (trx) => {
      expect(await migrateToLatest(trx, { tablePrefix })).toEqual(stepNames)
      throw new Error('changed its mind')
    })
    await expect(failing).rejects.toThrow('changed its mind')
    expect(await tablesOf(db, tablePrefix)).toEqual([])
    expect(await migrateToLatest(db, { tablePrefix })).toEqual(stepNames)
  })
})

/** A pooler such as PgBouncer in transaction mode: outside of a transaction, each statement has another connection. */
function transactionPooler(backends: readonly pg.Client[]): PostgresPool {
  let turn = 0
  return {
    connect: async () => {
      let held: pg.Client | null = null
      const query = async (text: string, values: readonly unknown[]) => {
        turn += 1
        const backend: pg.Client = held ?? backends[turn % backends.length] ?? expect.unreachable()
        if (/^(begin|start transaction)/.test(text)) held = backend
        if (/^(commit|rollback)$/.test(text)) held = null
        return backend.query(text, [...values])
      }
      return { query, release: () => {} } as unknown as PostgresPoolClient // no cursors: nothing here streams
    },
    end: async () => {
      for (const backend of backends) await backend.end()
    },
  }
}
