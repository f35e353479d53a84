import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ArchivePart } from '@keywright/core'
import { Kysely, MysqlDialect, PostgresDialect, sql } from 'kysely'
import { createPool } from 'mysql2'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { kyselyStore, migrateToLatest } from '../src/index.js'
import { stepNames } from '../src/migrations/steps.js'
import { neededRights } from '../src/store/grants.js'
import { connect, type Engine, testedEngines } from './engines.js'
import { input, keyringOver, owner } from './keyring-over.js'

/** The grants for running that the manual lists, by table. */
const toRun = Object.fromEntries(
  readFileSync(join(import.meta.dirname, '../../../docs/databases.md'), 'utf8')
    .split('\n')
    .map((line) => /^\| (`api_\S+`(?:, `api_\S+`)*) \| ([a-z, ]+) \|$/.exec(line))
    .flatMap((row) => row?.[1]?.split(', ').map((table) => [table.replaceAll('`', ''), row[2] ?? ''] as const) ?? []),
)

it('the grants that the manual lists are those that doctor looks for', () => {
  const needed = Object.entries(neededRights).map(([table, rights]) => [table, rights.join(', ')])
  expect(toRun).toEqual(Object.fromEntries(needed))
})

/** Two users of a new place for tables: one that migrates, one that runs. */
interface Place {
  readonly migrates: Kysely<object>
  readonly runs: Kysely<object>
  /** To be called after the migration. */
  grantToRun(): Promise<void>
  /** Grants a right on a table to the user that runs, or takes it away. */
  change(what: 'grant' | 'revoke', right: string, table: string): Promise<void>
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
    const change: Place['change'] = async (what, right, table) => {
      const user = sql`${sql.raw(what === 'grant' ? 'to' : 'from')} ${sql.id(runs)}`
      await sql`${sql.raw(`${what} ${right}`)} on ${sql.table(`${name}.${table}`)} ${user}`.execute(admin)
    }
    return {
      migrates: open(migrates),
      runs: open(runs),
      change,
      grantToRun: async () => {
        await sql`grant usage on schema ${sql.id(name)} to ${sql.id(runs)}`.execute(admin)
        for (const [table, rights] of Object.entries(toRun)) await change('grant', rights, table)
      },
    }
  },
  MariaDB: async (admin, url) => {
    const name = newName()
    const [migrates, runs] = [`${name}_migrates`, `${name}_runs`]
    for (const user of [migrates, runs]) await sql`create user ${sql.lit(user)}@'%' identified by 'test'`.execute(admin)
    await sql`create database ${sql.id(name)}`.execute(admin)
    const toMigrate = sql.raw('select, insert, create, alter, index, trigger')
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
    const change: Place['change'] = async (what, right, table) => {
      const user = sql`${sql.raw(what === 'grant' ? 'to' : 'from')} ${sql.lit(runs)}@'%'`
      await sql`${sql.raw(`${what} ${right}`)} on ${sql.table(`${name}.${table}`)} ${user}`.execute(admin)
    }
    return {
      migrates: open(migrates),
      runs: open(runs),
      change,
      grantToRun: async () => {
        for (const [table, rights] of Object.entries(toRun)) await change('grant', rights, table)
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

for (const engine of testedEngines()) {
  const make = places[engine.name]
  if (make === undefined) continue
  const admin = await connect(engine)
  if (admin === null) {
    // engines.test.ts says which, and fails where all must be there.
    describe.skip(`the grants that ${engine.name} needs`, () => it.todo('are enough'))
    continue
  }

  describe(engine.name, () => {
    it('lets one user migrate and another do everything else, with only the grants of the manual', async () => {
      const { migrates, runs, grantToRun, change } = await make(admin, engine.url ?? '')
      onTestFinished(() => Promise.all([migrates.destroy(), runs.destroy()]).then(() => {}))
      expect(await migrateToLatest(migrates)).toEqual([...stepNames])
      await grantToRun()

      const { keyring } = keyringOver(kyselyStore(runs))
      const { key, token } = await keyring.create(input)
      expect((await keyring.verify(token.reveal())).ok).toBe(true)
      await keyring.create(input, { idempotencyKey: 'r1' })
      await expect(keyring.create(input, { idempotencyKey: 'r1' })).rejects.toMatchObject({ code: 'request_repeated' })
      await keyring.update(key.id, { name: 'renamed' })
      expect((await keyring.revoke(key.id)).status).toBe('revoked')
      await keyring.delete(key.id)
      await keyring.close() // writes what was counted
      expect(await keyring.stats({ organizationId: owner.organizationId })).toMatchObject({
        totalCreated: 2,
        callsLast24h: 1,
      })
      expect(await keyring.audit.verify({ organizationId: owner.organizationId })).toMatchObject({ ok: true })
      expect(await keyring.doctor()).toEqual([])

      await expect(sql`delete from api_keys`.execute(runs)).rejects.toThrow(/denied/)
      await expect(sql`create table more (id integer)`.execute(runs)).rejects.toThrow(/denied/)
      // Up to date, so that nothing is to be made.
      expect(await migrateToLatest(runs)).toEqual([])

      for (const [table, rights] of Object.entries(toRun)) {
        for (const right of rights.split(', ')) {
          await change('revoke', right, table)
          // Without the right to read, some engines refuse every statement that names a column.
          const named = new RegExp(`: ${table} \\(([a-z]+, )*${right}(, [a-z]+)*\\)\\. Grant them\\.$`)
          const found = await keyringOver(kyselyStore(runs)).keyring.doctor()
          expect(found).toEqual([{ code: 'missing_grants', severity: 'error', message: expect.stringMatching(named) }])
          await change('grant', right, table)
        }
      }
      expect(await keyring.doctor()).toEqual([])

      // A host without webhooks need not grant anything on their tables, until an organization uses them.
      const ofWebhooks = ['api_key_webhooks', 'api_key_events', 'api_key_deliveries']
      for (const table of ofWebhooks) await change('revoke', toRun[table] ?? '', table)
      expect(await keyring.doctor()).toEqual([])
      await keyring.create(input)
      await sql`update api_key_counters set webhooks = 1`.execute(runs)
      const message = expect.stringMatching(/api_key_webhooks .*api_key_events .*api_key_deliveries /)
      expect(await keyring.doctor()).toEqual([{ code: 'missing_grants', severity: 'error', message }])
      await expect(keyring.create(input)).rejects.toThrow()
      for (const table of ofWebhooks) await change('grant', toRun[table] ?? '', table)
      await keyring.create(input)
      expect(await keyring.doctor()).toEqual([])

      // To prune takes more, as the manual says.
      await sql`update api_keys set deleted_at = 1 where id = ${key.id}`.execute(runs)
      const old = { keyId: key.id, organizationId: owner.organizationId, hour: new Date(0), count: 1 }
      const refusal = { ...old, code: 'rate_limited' }
      await kyselyStore(runs).recordUsage('old', [{ ...old, lastUsedAt: new Date(0) }], [refusal])
      const archive = async ({ lines }: ArchivePart) => {
        for await (const line of lines) expect(line).toMatch(/^{/)
      }
      const days = { usageOlderThanMs: 172_800_000, tombstonesOlderThanMs: 172_800_000 }
      const prune = () => keyring.prune({ ...days, audit: { olderThanMs: 0, archive } })
      await expect(prune()).rejects.toMatchObject({ code: 'store_unavailable' })
      for (const table of [
        'api_keys',
        'api_key_notices',
        'api_key_previous_uses',
        'api_key_budgets',
        'api_key_usage',
        'api_key_refusals',
        'api_key_audit',
      ]) {
        await change('grant', 'delete', table)
      }
      await change('grant', 'insert, update', 'api_key_audit_starts')
      expect(await prune()).toMatchObject({ broken: [], hours: 2, tombstones: 1 })
      expect(await keyring.audit.verify({ organizationId: owner.organizationId })).toMatchObject({ ok: true })
    })
  })
}
