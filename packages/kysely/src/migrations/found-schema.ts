import { sql } from 'kysely'
import type { KeyDatabase } from '../dialect/key-database.js'
import { requireServer, type ServerGuard } from '../dialect/server-guard.js'
import type { KeyTables } from '../tables/key-tables.js'
import type { TableNames } from '../tables/table-names.js'

/** Where steps run. */
export interface StepTarget extends KeyDatabase {
  readonly tables: TableNames
  /** Where an engine has them. */
  readonly schema: string | undefined
  readonly guard: ServerGuard | null
}

/** What a database holds of ours. */
export interface FoundSchema {
  /** Our tables, or others of their names. */
  readonly tables: readonly (keyof KeyTables)[]
  /** The names of the steps that ran. */
  readonly applied: readonly string[]
}

/**
 * Looks without an error where nothing is there: after an error, PostgreSQL gives up the transaction.
 *
 * @throws {@link StoreUnavailable} when the server may be outdated.
 */
export async function findSchema({ db, dialect, tables: names, guard }: StepTarget): Promise<FoundSchema> {
  if (guard !== null) await requireServer(db, guard)
  const all = Object.values(names)
  const questions = all.map(
    (table, index) => sql`case when ${dialect.isThere(table)} then 1 else 0 end as ${sql.id(`t${index}`)}`,
  )
  const { rows } = await sql<Record<string, unknown>>`select ${sql.join(questions)}`.execute(db)
  const tables = all.filter((_, index) => Number(rows[0]?.[`t${index}`]) === 1)
  const isMigrated = tables.includes(names.api_key_migrations)
  const applied = isMigrated ? await db.selectFrom(names.api_key_migrations).select('name').execute() : []
  return { tables, applied: applied.map(({ name }) => name) }
}
