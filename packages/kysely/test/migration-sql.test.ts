import { sql } from 'kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { keyDatabase } from '../src/dialect/key-database.js'
import { kyselyStore, type MigrationSqlOptions, migrateToLatest, migrationSql } from '../src/index.js'
import { stepNames } from '../src/migrations/steps.js'
import { dropTables, newPrefix, tablesOf } from './drop-tables.js'
import { connect, testedEngines } from './engines.js'
import { input, keyringOver, owner } from './keyring-over.js'

describe.each(testedEngines())('migrationSql for $name', (engine) => {
  it('makes the tables when another tool runs it, and makes them again after it has dropped them', async () => {
    const db = (await connect(engine)) ?? expect.unreachable(`Nothing answers at ${engine.url}`)
    const tablePrefix = newPrefix()
    onTestFinished(async () => {
      await dropTables(db, tablePrefix)
      await db.destroy()
    })
    const { name: dialect } = keyDatabase(db, {}).dialect
    const schema = dialect === 'postgres' ? { schema: 'public' } : {}
    const runs: readonly MigrationSqlOptions[] = [
      { dialect, tablePrefix },
      { dialect, tablePrefix, ...schema },
    ]
    for (const options of runs) {
      const steps = migrationSql(options)
      expect(steps.map(({ name }) => name)).toEqual(stepNames)
      for (const statement of steps.flatMap(({ statements }) => statements)) await sql.raw(statement).execute(db)

      expect(await migrateToLatest(db, { tablePrefix })).toEqual([])
      const { keyring } = keyringOver(kyselyStore(db, { tablePrefix }))
      const { token } = await keyring.create(input)
      expect((await keyring.verify(token.reveal())).ok).toBe(true)
      expect(await keyring.audit.verify({ organizationId: owner.organizationId })).toMatchObject({ ok: true })
      expect(await keyring.doctor()).toEqual([])
      await keyring.close()
      // A function of PostgreSQL stays behind.
      for (const name of await tablesOf(db, tablePrefix)) await db.schema.dropTable(name).execute()
    }
  })
})

describe('migrationSql', () => {
  it.each(['postgres', 'mysql', 'sqlite'] as const)('writes %s, without parameters', (dialect) => {
    const [{ statements = [] } = {}] = migrationSql({ dialect, tablePrefix: 'auth_' })
    expect(statements.length).toBeGreaterThan(10)
    for (const statement of statements) expect(statement).not.toMatch(/\?|\$\d|;\s*$/)
    expect(statements[0]).toMatch(/^create table if not exists .auth_api_key_migrations./)
    expect(statements.at(-1)).toMatch(
      /^insert into .auth_api_key_migrations. .*'0001-create-key-tables', current_timestamp/,
    )
  })

  it('puts the schema before every table and function', () => {
    const [{ statements = [] } = {}] = migrationSql({ dialect: 'postgres', schema: 'auth' })
    const place = /(table( if not exists)?|on|function|into) "api_key/
    expect(statements.filter((statement) => place.test(statement))).toEqual([])
    expect(statements.filter((statement) => statement.includes('"auth"."api_key'))).toHaveLength(statements.length)
  })

  it.each<[string, unknown, string]>([
    [
      'no options',
      undefined,
      'Option options must be an object with some of: tablePrefix, schema, dialect, triggers, collations.',
    ],
    ['no dialect', { tablePrefix: 'a_' }, "Option dialect must be 'postgres', 'mysql' or 'sqlite'."],
    ['another dialect', { dialect: 'mssql' }, "Option dialect must be 'postgres', 'mysql' or 'sqlite'."],
    [
      'a schema of MySQL',
      { dialect: 'mysql', schema: 'a' },
      'Option schema must be left out: only PostgreSQL has schemas.',
    ],
  ])('refuses %s', (_what, options, message) => {
    // @ts-expect-error wrong on purpose
    expect(() => migrationSql(options)).toThrow(expect.objectContaining({ code: 'invalid_options', message }))
  })
})
