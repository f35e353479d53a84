import { createKeyring, defineAccess, hmacSha256, type Keyring } from '@keywright/core'
import { kyselyStore, libsqlDatabase } from '@keywright/kysely'
import { Kysely, PostgresDialect, SqliteDialect } from 'kysely'
import Database from 'libsql'
import pg from 'pg'
import { postgresUrl } from './cached-product.js'

/** What all processes of one product agree on. */
export interface BudgetedOptions {
  readonly engine: 'SQLite' | 'PostgreSQL'
  /** The file of the database, or a prefix that makes its tables its own. */
  readonly name: string
}

export const budgetedAccess = defineAccess({ scopes: { 'answers.write': 'Ask questions' } })

/** Opens a product whose calls cost credits, as one of its processes would. */
export function openBudgeted({ engine, name }: BudgetedOptions) {
  const isFile = engine === 'SQLite'
  const db = new Kysely<object>({
    dialect: isFile
      ? new SqliteDialect({ database: libsqlDatabase(new Database(name, { timeout: 30_000 })) })
      : new PostgresDialect({ pool: new pg.Pool({ connectionString: postgresUrl, max: 4 }) }),
  })
  const tableOptions = isFile ? {} : { tablePrefix: `${name}_` }
  const keyring: Keyring<typeof budgetedAccess> = createKeyring({
    prefix: 'tk',
    access: budgetedAccess,
    store: kyselyStore(db, tableOptions),
    hasher: hmacSha256({ current: 'p1', peppers: { p1: 'the pepper of all processes, 32 bytes' } }),
    resolveOwner: 'uncapped',
    budgets: { organization: (id) => (id === 'shared' ? { limit: 60 } : null) },
    // Processes are tried at their limits here, not at their speed.
    verifyTimeoutMs: 30_000,
    manageTimeoutMs: 30_000,
  })
  return { keyring, db, tableOptions }
}
