import { Kysely, MysqlDialect, PostgresDialect, sql } from 'kysely'
import { createPool } from 'mysql2'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { kyselyStore, migrateToLatest } from '../src/index.js'
import { connect, type Engine, engines } from './engines.js'
import { input, keyringOver, owner } from './keyring-over.js'

/** What docs/databases.md tells to grant for running, table by table. */
const toRun: Readonly<Record<string, string>> = {
  api_keys: 'select, insert, update',
  api_key_counters: 'select, insert, update',
  api_key_audit: 'select, insert',
  api_key_usage: 'select, insert, update',
  api_key_usage_batches: 'select, insert, update, delete',
  api_key_migrations: 'select',
}

/** Two users of a new place for tables: one that migrates, one that runs. */
interface Place {
  readonly migrates: Kysely<object>
  readonly runs: Kysely<object>
  /** To be called after the migration. */
  grantToRun(): Promise<void>
}

const places: Readonly<Partial<Record<Engine['name'], (admin: Kysely<object>, url: string) => Promise<Place>>>> = {
  PostgreSQL: async (admin, url) => {
    const name = newName()
    const [migrates, runs] = [`${name}_migrates`, `${name}_runs`]
    for (const user of [migrates, runs]) {
      await sql`create role ${sql.id(user)} login`.execute(admin)
      await sql`alter role ${sql.id(user)} set search_path to ${sql.id(name)}`.execute(admin)
    }
    await sql`create schema ${sql.id(name)}`.execute(admin)
    await sql`grant usage, create on schema ${sql.id(name)} to ${sql.id(migrates)}`.execute(admin)
    const open = (user: string) => {
      const pool = new pg.Pool({ connectionString: withUser(url, user), max: 4 })
      return new Kysely<object>({ dialect: new PostgresDialect({ pool }) })
    }
    onTestFinished(async () => {
      await sql`drop schema ${sql.id(name)} cascade`.execute(admin)
      for (const user of [migrates, runs]) await sql`drop role ${sql.id(user)}`.execute(admin)
    })
    return {
      migrates: open(migrates),
      runs: open(runs),
      grantToRun: async () => {
        await sql`grant usage on schema ${sql.id(name)} to ${sql.id(runs)}`.execute(admin)
        for (const [table, rights] of Object.entries(toRun)) {
          await sql`grant ${sql.raw(rights)} on ${sql.table(`${name}.${table}`)} to ${sql.id(runs)}`.execute(admin)
        }
      },
    }
  },
  MariaDB: async (admin, url) => {
    const name = newName()
    const [migrates, runs] = [`${name}_migrates`, `${name}_runs`]
    for (const user of [migrates, runs]) await sql`create user ${sql.lit(user)}@'%' identified by 'test'`.execute(admin)
    await sql`create database ${sql.id(name)}`.execute(admin)
    const toMigrate = sql.raw('select, insert, create, index, trigger')
    await sql`grant ${toMigrate} on ${sql.id(name)}.* to ${sql.lit(migrates)}@'%'`.execute(admin)
    const open = (user: string) => {
      const uri = new URL(withUser(url, user))
      uri.password = 'test'
      uri.pathname = `/${name}`
      return new Kysely<object>({
        dialect: new MysqlDialect({ pool: createPool({ uri: uri.href, connectionLimit: 4 }) }),
      })
    }
    onTestFinished(async () => {
      await sql`drop database ${sql.id(name)}`.execute(admin)
      for (const user of [migrates, runs]) await sql`drop user ${sql.lit(user)}@'%'`.execute(admin)
    })
    return {
      migrates: open(migrates),
      runs: open(runs),
      grantToRun: async () => {
        for (const [table, rights] of Object.entries(toRun)) {
          const target = sql.table(`${name}.${table}`)
          await sql`grant ${sql.raw(rights)} on ${target} to ${sql.lit(runs)}@'%'`.execute(admin)
        }
      },
    }
  },
}

const newName = (): string => `kw${crypto.randomUUID().slice(0, 8)}`

function withUser(url: string, user: string): string {
  const changed = new URL(url)
  changed.username = user
  return changed.href
}

for (const engine of engines) {
  const make = places[engine.name]
  if (make === undefined) continue
  const admin = await connect(engine)
  if (admin === null) {
    // engines.test.ts says which, and fails where all must be there.
    describe.skip(`the grants that ${engine.name} needs`, () => it.todo('are enough'))
    continue
  }

  describe(engine.name, () => {
    it('lets one user migrate and another do everything else, each with no more than the grants of the manual', async () => {
      const { migrates, runs, grantToRun } = await make(admin, engine.url ?? '')
      onTestFinished(() => Promise.all([migrates.destroy(), runs.destroy()]).then(() => {}))
      expect(await migrateToLatest(migrates)).toHaveLength(1)
      await grantToRun()

      const { keyring } = keyringOver(kyselyStore(runs))
      const { key, token } = await keyring.create(input)
      expect((await keyring.verify(token.reveal())).ok).toBe(true)
      await keyring.update(key.id, { name: 'renamed' })
      expect((await keyring.revoke(key.id)).status).toBe('revoked')
      await keyring.delete(key.id)
      await keyring.close() // writes what was counted
      expect(await keyring.stats({ organizationId: owner.organizationId })).toMatchObject({
        totalCreated: 1,
        callsLast24h: 1,
      })
      expect(await keyring.audit.verify({ organizationId: owner.organizationId })).toMatchObject({ ok: true })
      expect(await keyring.doctor()).toEqual([])

      await expect(sql`delete from api_keys`.execute(runs)).rejects.toThrow(/denied/)
      await expect(sql`create table more (id integer)`.execute(runs)).rejects.toThrow(/denied/)
    })
  })
}
