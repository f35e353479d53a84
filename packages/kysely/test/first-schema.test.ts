import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createKeyring, defineAccess, hmacSha256, sealer } from '@keywright/core'
import { type Kysely, sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import { kyselyStore, migrateToLatest } from '../src/index.js'
import { stepNames } from '../src/migrations/steps.js'
import { dropTables, newPrefix, tablesOf } from './drop-tables.js'
import { connect, testedEngines } from './engines.js'

// What the code of 31766f3, which had one migration, made on each engine: dumps of its tables, and the tokens in them.
const folder = join(import.meta.dirname, 'fixtures/first-schema')
const dumps: Readonly<Record<string, string>> = { PGlite: 'postgres', PostgreSQL: 'postgres', MariaDB: 'mysql' }

interface OldKey {
  readonly id: string
  readonly token: string
  readonly state: 'active' | 'disabled' | 'revoked' | 'deleted'
  readonly organizationId: string
  readonly isUsed: boolean
}

const access = defineAccess({
  scopes: { 'project.read': 'See projects', 'project.write': 'Change projects' },
  implies: { 'project.write': ['project.read'] },
})
const actor = { type: 'user', id: 'u_1' } as const
const base64 = (byte: number): string => Buffer.alloc(32, byte).toString('base64')

async function load(db: Kysely<object>, dump: string, tablePrefix: string): Promise<readonly OldKey[]> {
  const script = readFileSync(join(folder, `${dump}.sql`), 'utf8').replaceAll('first_', tablePrefix)
  for (const statement of script.split(/;\n/)) if (statement !== '') await sql.raw(statement).execute(db)
  return JSON.parse(readFileSync(join(folder, `${dump}.json`), 'utf8'))
}

/** The tables with a prefix, each with its columns. */
async function columnsOf(db: Kysely<object>, dump: string, prefix: string): Promise<readonly string[]> {
  const columnsIn = (table: string) =>
    dump === 'sqlite'
      ? sql<{ name: string }>`select name from pragma_table_info(${table})`
      : sql<{ name: string }>`select column_name as name from information_schema.columns where table_name = ${table}`
  const found: string[] = []
  for (const table of await tablesOf(db, prefix)) {
    const { rows } = await columnsIn(table).execute(db)
    found.push(...rows.map(({ name }) => `${table.slice(prefix.length)}.${name}`))
  }
  return found.filter((name) => !name.startsWith('api_key_migrations_lock.')).sort()
}

describe.each(testedEngines())('tables of the first schema on $name', async (engine) => {
  const db = await connect(engine)
  if (db === null) throw new Error(`${engine.name} does not answer`)
  const dump = dumps[engine.name] ?? 'sqlite'
  const tablePrefix = newPrefix()
  const fresh = newPrefix()
  const keys = await load(db, dump, tablePrefix)
  const ran = await migrateToLatest(db, { tablePrefix })
  const keyring = createKeyring({
    prefix: 'tk',
    access,
    store: kyselyStore(db, { tablePrefix }),
    hasher: hmacSha256({ current: 'p1', peppers: { p1: base64(7) } }),
    resolveOwner: 'uncapped',
    reveal: sealer({ current: 's1', keys: { s1: base64(9) } }),
    imports: {},
  })
  afterAll(async () => {
    await keyring.close()
    for (const prefix of [tablePrefix, fresh]) await dropTables(db, prefix)
    await db.destroy()
  })
  const withState = (...states: readonly OldKey['state'][]) => keys.filter(({ state }) => states.includes(state))

  it('become those of a new database', async () => {
    expect(ran).toEqual(stepNames.slice(1))
    await migrateToLatest(db, { tablePrefix: fresh })
    expect(await columnsOf(db, dump, tablePrefix)).toEqual(await columnsOf(db, dump, fresh))
  })

  it('keep what each token may do, and that it may not', async () => {
    expect(new Set(keys.map(({ state }) => state)).size).toBe(4)
    for (const { token } of withState('active')) {
      expect(await keyring.verify(token, { scopes: ['project.read'] })).toMatchObject({ ok: true })
    }
    const refusalOf = async ({ token }: OldKey) => {
      const verdict = await keyring.verify(token)
      return verdict.ok ? null : verdict.refusal.code
    }
    for (const key of withState('disabled')) expect(await refusalOf(key)).toBe('api_key_disabled')
    for (const key of withState('revoked')) expect(await refusalOf(key)).toBe('api_key_revoked')
    for (const key of withState('deleted')) expect(await refusalOf(key)).toBe('api_key_invalid')
  })

  it('keep an audit log that is whole, and goes on', async () => {
    const [key] = withState('active')
    if (key === undefined) expect.unreachable()
    await keyring.update(key.id, { name: 'Changed since' }, { actor })
    for (const organizationId of new Set(keys.map((each) => each.organizationId))) {
      expect(await keyring.audit.verify({ organizationId })).toMatchObject({ ok: true, complete: true })
    }
  })

  it('are searched, listed by last use, counted and shown again as those of today', async () => {
    for (const organizationId of new Set(keys.map((each) => each.organizationId))) {
      const shown = keys.filter((key) => key.organizationId === organizationId && key.state !== 'deleted')
      const found = await keyring.list({ organizationId, search: 'üni', limit: 100 })
      const isChanged = ({ name }: { readonly name: string }) => name === 'Changed since'
      const listed = await keyring.list({ organizationId, limit: 100 })
      expect(listed.keys.map(({ id }) => id).sort()).toEqual(shown.map(({ id }) => id).sort())
      expect(found.keys.length).toBe(shown.length - listed.keys.filter(isChanged).length)
      const byUse = await keyring.list({ organizationId, sort: 'lastUsed', limit: 100 })
      expect(
        byUse.keys
          .filter(({ lastUsedAt }) => lastUsedAt !== null)
          .map(({ id }) => id)
          .sort(),
      ).toEqual(
        shown
          .filter(({ isUsed }) => isUsed)
          .map(({ id }) => id)
          .sort(),
      )
      const stats = await keyring.stats({ organizationId })
      expect(stats.totalCreated).toBe(keys.filter((key) => key.organizationId === organizationId).length)
    }
    for (const { id, token } of withState('active', 'disabled')) {
      expect((await keyring.reveal(id, { actor })).reveal()).toBe(token)
    }
    expect(await keyring.doctor()).toEqual([])
  })
})
