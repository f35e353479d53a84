import { Kysely, sql } from 'kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { describeFully } from '../../../test/support/everything.js'
import { kyselyStore, migrateToLatest, migrationSql } from '../src/index.js'
import { newPrefix } from './drop-tables.js'
import { connect, engines } from './engines.js'
import { input, keyringOver, owner } from './keyring-over.js'

/** Makes a database of PostgreSQL with a collation of its own, until the end of the test. */
async function databaseOf(collation: string): Promise<Kysely<object>> {
  const { url, dialect, ...rest } = engines.find(({ name }) => name === 'PostgreSQL') ?? expect.unreachable()
  const admin = (await connect({ url, dialect, ...rest })) ?? expect.unreachable(`Nothing answers at ${url}`)
  const name = `${newPrefix()}collation`
  await sql`create database ${sql.id(name)} template template0 ${sql.raw(collation)}`.execute(admin)
  const address = new URL(url ?? '')
  address.pathname = name
  const db = new Kysely<object>({ dialect: dialect(address.href) })
  onTestFinished(async () => {
    await db.destroy()
    await sql`drop database ${sql.id(name)} with (force)`.execute(admin)
    await admin.destroy()
  })
  return db
}

describeFully('tables without collations', () => {
  it('sort as a database does that sorts by bytes', async () => {
    const db = await databaseOf("lc_collate 'C' lc_ctype 'C'")
    await migrateToLatest(db, { collations: false })
    const columns = sql`information_schema.columns where table_name like 'api_key%' and collation_name is not null`
    expect((await sql`select column_name from ${columns}`.execute(db)).rows).toEqual([]) // the database's own
    const store = kyselyStore(db)
    const { keyring } = keyringOver(store)
    for (const name of ['b', 'Z', '☃', 'a']) await keyring.create({ ...input, name })
    const { records } = await store.list({ owner, sort: 'name', order: 'asc', limit: 10 })
    expect(records.map(({ name }) => name)).toEqual(['a', 'b', 'Z', '☃']) // folded, by code points
    expect(await keyring.doctor()).toEqual([])
  })

  it('are refused, before anything is made, where a database sorts by the rules of a language', async () => {
    const db = await databaseOf("locale_provider icu icu_locale 'en-US'")
    await expect(migrateToLatest(db, { collations: false })).rejects.toMatchObject({
      code: 'invalid_options',
      message: 'Option collations must be left out: the database does not sort text by its bytes.',
    })
    const tables = sql`information_schema.tables where table_name like 'api_key%'`
    expect((await sql`select table_name from ${tables}`.execute(db)).rows).toEqual([])
    expect((await migrateToLatest(db)).length).toBeGreaterThan(20)
  })
})

describe('the SQL of migrations without collations', () => {
  it('has none, and is otherwise the same', () => {
    const texts = (collations: boolean) =>
      migrationSql({ dialect: 'postgres', collations }).flatMap(({ statements }) => statements)
    const [without, all] = [texts(false), texts(true)]
    expect(without.filter((text) => /collate/i.test(text))).toEqual([])
    expect(without).toEqual(all.map((text) => text.replaceAll(' collate "C"', '')))
    expect(all.filter((text) => text.includes(' collate "C"')).length).toBeGreaterThan(10)
  })

  it.each(['sqlite', 'mysql'] as const)('is refused for %s', (dialect) => {
    expect(() => migrationSql({ dialect, collations: false })).toThrow(
      'Option collations must be left out: only PostgreSQL has it.',
    )
  })

  it('is refused for what is no boolean', () => {
    const collations = 'false' as unknown as boolean // as JavaScript may
    expect(() => migrationSql({ dialect: 'postgres', collations })).toThrow(/collations must be a boolean/)
  })
})
