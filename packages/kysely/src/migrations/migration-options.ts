import { InvalidOptions } from '@keywright/core'
import { checkNames, type NamesOf } from '@keywright/core/adapter'
import { type Kysely, sql } from 'kysely'
import type { Dialect } from '../dialect/dialect.js'
import type { KeyTables } from '../tables/key-tables.js'
import type { TableOptions } from '../tables/table-names.js'

/** Options of {@link migrateToLatest}. */
export interface MigrationOptions extends TableOptions {
  /**
   * Whether triggers make the audit table refuse updates and deletions. Give `false` where an engine has no triggers: the log is
   * then as safe as the rights of the user that runs, and `keyring.doctor()` says so. It counts for the tables that this call makes.
   *
   * @defaultValue true
   */
  readonly triggers?: boolean | undefined
  /**
   * Whether columns of text say that they sort by bytes (`collate "C"`), on PostgreSQL alone. Give `false` for an engine that speaks
   * its protocol, has no such columns, and sorts by bytes anyway, such as CockroachDB. It counts for the tables that this call makes.
   *
   * @defaultValue true
   */
  readonly collations?: boolean | undefined
}

const names: NamesOf<MigrationOptions> = {
  ...{ tablePrefix: true, schema: true, dialect: true },
  ...{ triggers: true, collations: true },
}

interface SplitOptions<O extends MigrationOptions> {
  readonly triggers: boolean
  readonly collations: boolean
  readonly tables: Omit<O, 'triggers' | 'collations'>
}

/** @throws {@link InvalidOptions} when an option is unknown, or `triggers` or `collations` is no boolean. */
export function splitMigrationOptions<O extends MigrationOptions>(options: O): SplitOptions<O> {
  checkNames(options, names)
  const { triggers = true, collations = true, ...tables } = options
  if (typeof triggers !== 'boolean') throw new InvalidOptions('triggers', 'a boolean')
  if (typeof collations !== 'boolean') throw new InvalidOptions('collations', 'a boolean')
  return { triggers, collations, tables }
}

/**
 * The dialect that makes the tables.
 *
 * @throws {@link InvalidOptions} when collations are to be left out of a dialect whose engines need them.
 */
export function makingDialect(dialect: Dialect, collations: boolean): Dialect {
  if (collations) return dialect
  // MySQL compares text without regard to case otherwise, and SQLite sorts by bytes by itself.
  if (dialect.name !== 'postgres')
    throw new InvalidOptions('collations', 'left out', 'Option collations must be left out: only PostgreSQL has it.')
  return { ...dialect, text: (length) => sql.raw(`varchar(${length})`) }
}

/** @throws {@link InvalidOptions} when a database does not sort by bytes: pages of lists would skip keys. */
export async function requireByteOrder(db: Kysely<KeyTables>): Promise<void> {
  const { rows } = await sql<{ by_bytes: unknown }>`select case when 'B' < 'a' then 1 else 0 end as by_bytes`.execute(
    db,
  )
  if (Number(rows[0]?.by_bytes) === 1) return
  const why = 'Option collations must be left out: the database does not sort text by its bytes.'
  throw new InvalidOptions('collations', 'left out', why)
}

/** What stands in place of the time of the step that makes the audit table, if it made no triggers: not every user may look for these. */
export const untriggered = 'without triggers'
