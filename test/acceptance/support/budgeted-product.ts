import { createKeyring, defineAccess, hmacSha256, type Keyring } from '@keywright/core'
import { kyselyStore } from '@keywright/kysely'
import { openProductDatabase, type ProductDatabase } from './product-database.js'

export const budgetedAccess = defineAccess({ scopes: { 'answers.write': 'Ask questions' } })

/** Opens a product whose calls cost credits, as one of its processes would. */
export function openBudgeted(database: ProductDatabase) {
  const { db, tableOptions } = openProductDatabase(database)
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
