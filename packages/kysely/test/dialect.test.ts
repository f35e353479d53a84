import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  type Dialect,
  DummyDriver,
  Kysely,
  MssqlAdapter,
  MssqlIntrospector,
  MssqlQueryCompiler,
  MysqlAdapter,
  MysqlIntrospector,
  MysqlQueryCompiler,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteDialect,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import Database from 'libsql'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { keyDatabase } from '../src/dialect/key-database.js'
import { kyselyStore, libsqlDatabase, migrateToLatest } from '../src/index.js'
import { stepNames } from '../src/migrations/steps.js'
import { input, keyringOver } from './keyring-over.js'
import { sqliteFile } from './sqlite-file.js'

// As a minifier names them, or as a driver's package does.
const L = class extends PostgresAdapter {}
const M = class extends MysqlAdapter {}
const S = class extends SqliteAdapter {}
class NeonAdapter extends PostgresAdapter {}
class DuckDbAdapter extends PostgresAdapter {
  override get supportsTransactionalDdl() {
    return false
  }
}
class OdbcAdapter extends SqliteAdapter {
  override get supportsReturning() {
    return false
  }
}

const postgres = { compiler: PostgresQueryCompiler, introspector: PostgresIntrospector }
const mysql = { compiler: MysqlQueryCompiler, introspector: MysqlIntrospector }
const sqlite = { compiler: SqliteQueryCompiler, introspector: SqliteIntrospector }
const mssql = { compiler: MssqlQueryCompiler, introspector: MssqlIntrospector }

interface Rest {
  readonly compiler: new () => ReturnType<Dialect['createQueryCompiler']>
  readonly introspector: new (db: Kysely<unknown>) => ReturnType<Dialect['createIntrospector']>
}

const open = (Adapter: new () => ReturnType<Dialect['createAdapter']>, { compiler, introspector }: Rest) => {
  const dialect: Dialect = {
    createAdapter: () => new Adapter(),
    createDriver: () => new DummyDriver(),
    createQueryCompiler: () => new compiler(),
    createIntrospector: (db) => new introspector(db),
  }
  return new Kysely<object>({ dialect })
}

describe('the dialect', () => {
  it.each([
    ['postgres', L, postgres],
    ['postgres', NeonAdapter, postgres],
    ['mysql', M, mysql],
    ['sqlite', S, sqlite],
  ])('is told to be %s by the SQL that Kysely writes, whatever the class of %o is called', (name, Adapter, rest) => {
    expect(keyDatabase(open(Adapter, rest), {}).dialect.name).toBe(name)
  })

  it.each([
    ['SQL Server', MssqlAdapter, mssql],
    ['DuckDB', DuckDbAdapter, postgres],
    ['another engine', OdbcAdapter, sqlite],
  ])('of %s is not guessed: an error names the option, which decides', async (_engine, Adapter, rest) => {
    const db = open(Adapter, rest)
    const refused = expect.objectContaining({
      code: 'invalid_options',
      field: 'dialect',
      message: "Option dialect must be 'postgres', 'mysql' or 'sqlite': db does not show which it is.",
    })
    expect(() => kyselyStore(db)).toThrow(refused)
    await expect(migrateToLatest(db)).rejects.toEqual(refused)
    expect(keyDatabase(db, { dialect: 'mysql' }).dialect.name).toBe('mysql')
    expect(() => kyselyStore(db, { dialect: 'sqlite' })).not.toThrow()
  })

  it.each([null, 'mssql', 'Postgres', 7])('cannot be %j', async (dialect) => {
    const { db } = sqliteFile().open()
    const refused = expect.objectContaining({ code: 'invalid_options', field: 'dialect' })
    // @ts-expect-error wrong on purpose
    expect(() => kyselyStore(db, { dialect })).toThrow(refused)
    // @ts-expect-error wrong on purpose
    await expect(migrateToLatest(db, { dialect })).rejects.toEqual(refused)
  })

  it.each([
    ['nothing', () => undefined],
    ['null', () => null],
    ['a pool of pg', () => new pg.Pool()],
    ['a database of libsql', () => new Database(':memory:')],
    ['a dialect', () => new SqliteDialect({ database: libsqlDatabase(new Database(':memory:')) })],
  ])('is not looked for in %s: the error names db and what it must be', async (_what, make) => {
    const refused = expect.objectContaining({
      code: 'invalid_options',
      field: 'db',
      message: expect.stringMatching(/^db must be an instance of Kysely\. .*new Kysely\(\{ dialect \}\)/),
    })
    // @ts-expect-error wrong on purpose
    expect(() => kyselyStore(make())).toThrow(refused)
    // @ts-expect-error wrong on purpose
    await expect(migrateToLatest(make())).rejects.toEqual(refused)
  })
})

describe('a keyring', () => {
  it('keeps keys through an instance of another copy of Kysely, such as the one for CommonJS', async () => {
    const other: typeof import('kysely') = createRequire(import.meta.url)('kysely')
    expect(other.Kysely).not.toBe(Kysely)
    const dialect = new other.SqliteDialect({ database: libsqlDatabase(new Database(':memory:')) })
    const db = new other.Kysely<object>({ dialect })
    await migrateToLatest(db)
    const { keyring } = keyringOver(kyselyStore(db))
    const { key, token } = await keyring.create(input)
    expect((await keyring.verify(token.reveal())).ok).toBe(true)
    expect((await keyring.revoke(key.id)).status).toBe('revoked')
    expect((await keyring.list()).keys).toHaveLength(1)
    await keyring.close()
    expect(await keyring.doctor()).toEqual([])
  })

  it('keeps keys in a bundle that was minified', async () => {
    const here = import.meta.dirname
    // The bundle must find libsql, which is not part of it.
    const folder = mkdtempSync(join(here, '../node_modules/.minified-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const outfile = join(folder, 'product.cjs')
    const tsup = createRequire(import.meta.url).resolve('tsup')
    const esbuild: { build(options: object): Promise<unknown> } = createRequire(tsup)('esbuild')
    await esbuild.build({
      entryPoints: [join(here, 'fixtures/product.ts')],
      outfile,
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'cjs',
      conditions: ['@keywright/source'],
      external: ['libsql'],
      logLevel: 'silent',
    })
    const { stdout } = await promisify(execFile)(process.execPath, [outfile])
    expect(stdout).toBe(`ran ${stepNames.length}, ok true, minified\n`)
  })
})
