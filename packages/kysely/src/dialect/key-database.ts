import { InvalidOptions } from '@keywright/core'
import { type Kysely, sql } from 'kysely'
import type { KeyTables } from '../tables/key-tables.js'
import type { KyselyLike } from '../tables/kysely-like.js'
import { checkTableOptions, type TableOptions } from '../tables/table-names.js'
import { type Dialect, dialects } from './dialect.js'

/** A database that keeps keys. */
export interface KeyDatabase {
  /** Without the host's plugins: one that renames columns, say, is meant for the host's tables. */
  readonly db: Kysely<KeyTables>
  readonly dialect: Dialect
}

/**
 * Checks what a host gives, and finds the engine that it talks to.
 *
 * @throws {@link InvalidOptions} when `db` is no Kysely instance or has a schema, an option is wrong, or the engine cannot be told.
 */
export function keyDatabase(db: KyselyLike, options: TableOptions): KeyDatabase {
  checkTableOptions(options)
  checkKysely(db)
  const keyDb = db.withoutPlugins() as Kysely<KeyTables> // the key tables are in the same database
  const dialect = options.dialect === undefined ? detect(keyDb) : dialects[options.dialect]
  if (dialect === null) {
    const expected = "'postgres', 'mysql' or 'sqlite'"
    throw new InvalidOptions('dialect', expected, `Option dialect must be ${expected}: db does not show which it is.`)
  }
  checkSchema(db as Kysely<KeyTables>, dialect, options.schema)
  return { db: keyDb, dialect }
}

/** @throws {@link InvalidOptions} when the schema would not be heeded. */
function checkSchema(db: Kysely<KeyTables>, { name }: Dialect, schema: string | undefined): void {
  if (schema !== undefined && name !== 'postgres') {
    throw new InvalidOptions('schema', 'left out', 'Option schema must be left out: only PostgreSQL has schemas.')
  }
  if (!isWithSchema(db)) return
  const instead = name === 'postgres' ? 'Set the option schema instead.' : 'Connect to that database instead.'
  throw new InvalidOptions('db', 'without withSchema', `db must be an instance without withSchema. ${instead}`)
}

/** Whether the host has called `withSchema`, which is a plugin like those that are left out. */
function isWithSchema(db: Kysely<KeyTables>): boolean {
  try {
    return / from (["`])[^"`]+\1\./.test(db.selectFrom('api_keys').select(sql.lit(1).as('one')).compile().sql)
  } catch {
    return false // a plugin of the host refuses the table
  }
}

/** JavaScript is a caller, too, and a pool of `pg` looks right at first sight. */
function checkKysely(db: Partial<KyselyLike> | null | undefined): void {
  if (typeof db?.withoutPlugins === 'function' && typeof db.getExecutor === 'function') return
  const expected = 'an instance of Kysely'
  const hint = 'A pool or a connection of a driver goes into its dialect: new Kysely({ dialect }).'
  throw new InvalidOptions('db', expected, `db must be ${expected}. ${hint}`)
}

/**
 * Tells an engine by the SQL that Kysely writes for it: by the quotes of a name, and the place of a parameter. Names of classes
 * do not tell it, since a minifier changes them, nor do the classes themselves, since there may be two copies of Kysely.
 */
function detect(db: Kysely<KeyTables>): Dialect | null {
  const { adapter } = db.getExecutor()
  switch (sql`${sql.id('a')} ${1}`.compile(db).sql) {
    case '"a" $1':
      // That of DuckDB writes the same, but cannot roll back the creation of a table.
      return adapter.supportsTransactionalDdl ? dialects.postgres : null
    case '`a` ?':
      return dialects.mysql
    case '"a" ?':
      return adapter.supportsReturning ? dialects.sqlite : null
    default:
      return null
  }
}
