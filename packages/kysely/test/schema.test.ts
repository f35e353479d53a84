import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { CamelCasePlugin, Kysely, type LogEvent, PostgresDialect, sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import { kyselyStore, migrateToLatest } from '../src/index.js'
import { stepNames } from '../src/migrations/steps.js'
import { neededRights } from '../src/store/grants.js'
import { input, keyringOver, owner } from './keyring-over.js'
import { onePgliteConnection } from './pglite-pool.js'
import { sqliteFile } from './sqlite-file.js'

// One PostgreSQL inside the process for all tests, each of which has schemas of its own.
const sent: string[] = []
const log = ({ query }: LogEvent) => {
  sent.push(query.sql)
}
const db = new Kysely<object>({ dialect: new PostgresDialect({ pool: onePgliteConnection(new PGlite()) }), log })
afterAll(() => db.destroy())

async function objectsIn(schema: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class where relnamespace = to_regnamespace(${schema})
    union all select tgname from pg_trigger join pg_class on pg_class.oid = tgrelid
      where not tgisinternal and relnamespace = to_regnamespace(${schema})
    union all select proname from pg_proc where pronamespace = to_regnamespace(${schema})
    order by name`.execute(db)
  return rows.map(({ name }) => name)
}

describe('the option schema', () => {
  it('keeps everything in that schema, which it makes, and touches no other', async () => {
    const options = { schema: 'auth', tablePrefix: 'kw_' }
    expect(await migrateToLatest(db, options)).toEqual(stepNames)
    expect(await migrateToLatest(db, options)).toEqual([])
    const made = await objectsIn('auth')
    expect(made).toEqual(
      expect.arrayContaining(['kw_api_keys', 'kw_api_key_migrations', 'kw_api_keys_by_owner_status']),
    )
    expect(made).toEqual(expect.arrayContaining(['kw_api_key_audit_no_change', 'kw_api_key_audit_append_only']))
    expect(await objectsIn('public')).toEqual([])

    const { keyring } = keyringOver(kyselyStore(db, options))
    const { key, token } = await keyring.create(input, { idempotencyKey: 'r1' })
    expect((await keyring.verify(token.reveal())).ok).toBe(true)
    expect((await keyring.list({ owner })).keys).toEqual([key])
    await keyring.close()
    expect(await keyring.stats({ organizationId: owner.organizationId })).toMatchObject({ callsLast24h: 1 })
    expect(await keyring.doctor()).toEqual([])
    await expect(sql`delete from auth.kw_api_key_audit`.execute(db)).rejects.toThrow(/append-only/)
  })

  it('separates schemas, and none of them is found along the search_path of another', async () => {
    await migrateToLatest(db)
    for (const schema of ['Tenant-A', 'tenant_b']) {
      const place = `it looks for ${schema}.api_key_migrations.`
      await expect(keyringOver(kyselyStore(db, { schema })).keyring.create(input)).rejects.toThrow(place)
      expect(await migrateToLatest(db, { schema })).toEqual(stepNames)
      await keyringOver(kyselyStore(db, { schema })).keyring.create(input)
    }
    expect((await keyringOver(kyselyStore(db)).keyring.list()).keys).toEqual([])
  })

  it.each([null, 7, '', 'a.b', 'a"b', 'ä', 'a'.repeat(64)])('cannot be %j', async (schema) => {
    const refused = expect.objectContaining({ code: 'invalid_options', field: 'schema' })
    // @ts-expect-error wrong on purpose
    expect(() => kyselyStore(db, { schema })).toThrow(refused)
    // @ts-expect-error wrong on purpose
    await expect(migrateToLatest(db, { schema })).rejects.toEqual(refused)
  })

  it('is refused where there are no schemas', () => {
    expect(() => kyselyStore(sqliteFile().open().db, { schema: 'auth' })).toThrow(
      'Option schema must be left out: only PostgreSQL has schemas.',
    )
  })
})

describe('an instance with withSchema', () => {
  it('is refused at start-up, with what to do instead, and no statement is sent', async () => {
    const message = 'db must be an instance without withSchema. Set the option schema instead.'
    const refused = expect.objectContaining({ code: 'invalid_options', field: 'db', message })
    const before = sent.length
    const instances = [db.withSchema('auth'), db.withPlugin(new CamelCasePlugin()).withSchema('auth')]
    for (const instance of instances) {
      expect(() => kyselyStore(instance)).toThrow(refused)
      await expect(migrateToLatest(instance, { schema: 'auth' })).rejects.toEqual(refused)
    }
    expect(sent.slice(before)).toEqual([])
    expect(() => kyselyStore(sqliteFile().open().db.withSchema('other'))).toThrow(/Connect to that database instead/)
  })
})

describe('doctor', () => {
  it('names the tables of other roles, and the roles, until their rights are revoked', async () => {
    // As on a platform that has a public API on top of the database.
    await sql`create schema project`.execute(db)
    for (const role of ['anon', 'authenticated']) await sql`create role ${sql.id(role)}`.execute(db)
    await sql`alter default privileges in schema project grant all on tables to anon, authenticated`.execute(db)
    await migrateToLatest(db, { schema: 'project' })
    await sql`grant select on project.api_keys to public`.execute(db)
    const { keyring } = keyringOver(kyselyStore(db, { schema: 'project' }))
    const found = await keyring.doctor()
    expect(found).toMatchObject([{ code: 'exposed_tables', severity: 'warning' }])
    expect(found[0]?.message).toContain('api_keys (PUBLIC, anon, authenticated)')
    for (const table of ['api_key_audit', 'api_key_requests', 'api_key_migrations']) {
      expect(found[0]?.message).toContain(`${table} (anon, authenticated)`)
    }
    // The tables that docs/databases.md names are all that there are.
    const manual = readFileSync(join(import.meta.dirname, '../../../docs/databases.md'), 'utf8')
    const named = /^revoke all on ([\w\s,]+?)\s+from public/m.exec(manual)?.[1]?.split(/,\s*/) ?? []
    const tables = sql.join(named.map((name) => sql.id('project', name)))
    await sql`revoke all on ${tables} from public, anon, authenticated`.execute(db)
    expect(await keyring.doctor()).toEqual([])

    // It does not concern the owner of the tables.
    for (const table of Object.keys(neededRights)) {
      await sql`alter table ${sql.table(`project.${table}`)} enable row level security`.execute(db)
    }
    const { token } = await keyring.create(input)
    expect((await keyring.verify(token.reveal())).ok).toBe(true)
    expect(await keyring.doctor()).toEqual([])
  })

  it('takes the groups of the user that runs for its own, and nobody else', async () => {
    await migrateToLatest(db, { schema: 'shared' })
    for (const role of ['app', 'runs', 'reports']) await sql`create role ${sql.id(role)}`.execute(db)
    await sql`grant app to runs`.execute(db)
    await sql`grant usage on schema shared to app`.execute(db)
    await sql`grant all on all tables in schema shared to app`.execute(db)
    const { keyring } = keyringOver(kyselyStore(db, { schema: 'shared' }))
    const found = async () => {
      await sql`set role runs`.execute(db)
      const findings = await keyring.doctor()
      await sql`reset role`.execute(db)
      return findings
    }
    expect(await found()).toEqual([])
    await sql`grant select on shared.api_keys to reports`.execute(db)
    expect(await found()).toMatchObject([
      { code: 'exposed_tables', message: expect.stringMatching(/: api_keys \(reports\)\./) },
    ])
  })
})
