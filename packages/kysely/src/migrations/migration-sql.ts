import { InvalidOptions } from '@keywright/core'
import {
  type Dialect,
  DummyDriver,
  Kysely,
  MysqlAdapter,
  MysqlIntrospector,
  MysqlQueryCompiler,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { keyDatabase } from '../dialect/key-database.js'
import { checkTableOptions, type DialectName, tableNames } from '../tables/table-names.js'
import { type MigrationOptions, makingDialect, splitMigrationOptions } from './migration-options.js'
import { compileSteps, type MigrationStep } from './steps.js'

/** Options of {@link migrationSql}. */
export interface MigrationSqlOptions extends MigrationOptions {
  /** The dialect to write. */
  readonly dialect: DialectName
}

/**
 * Returns the steps of {@link migrateToLatest} as SQL, for a tool that runs the migrations of a product. Each step's last
 * statement records it, so that the store, `migrateToLatest` and `keyring.doctor()` know that it has run.
 *
 * Run each step once, in a transaction if the engine can roll back table creation. Later versions add steps, and change none.
 * The schema must be there.
 *
 * @example
 * ```ts
 * for (const { name, statements } of migrationSql({ dialect: 'postgres', schema: 'auth' })) {
 *   await writeFile(`migrations/keywright-${name}.sql`, statements.map((statement) => `${statement};\n`).join(''))
 * }
 * ```
 *
 * @throws {@link InvalidOptions} when an option is wrong, or `dialect` is missing.
 */
export function migrationSql(given: MigrationSqlOptions): readonly MigrationStep[] {
  const { triggers, collations, tables: options } = splitMigrationOptions(given)
  checkTableOptions(options)
  const writes: Dialect | undefined = compilers[options.dialect]
  // JavaScript is a caller, too.
  if (writes === undefined) throw new InvalidOptions('dialect', "'postgres', 'mysql' or 'sqlite'")
  const { db, dialect } = keyDatabase(new Kysely<object>({ dialect: writes }), options)
  return compileSteps({ db, dialect: makingDialect(dialect, collations), tables: tableNames(options), triggers })
}

/** Dialects that compile, and connect to nothing. */
const compilers: Readonly<Record<DialectName, Dialect>> = {
  postgres: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createIntrospector: (db) => new PostgresIntrospector(db),
  },
  mysql: {
    createAdapter: () => new MysqlAdapter(),
    createDriver: () => new DummyDriver(),
    createQueryCompiler: () => new MysqlQueryCompiler(),
    createIntrospector: (db) => new MysqlIntrospector(db),
  },
  sqlite: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  },
}
