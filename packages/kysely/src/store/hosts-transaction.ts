import { InvalidInput } from '@keywright/core'
import type { Kysely, Transaction } from 'kysely'
import { keyDatabase } from '../dialect/key-database.js'
import { requireServer, type ServerGuard } from '../dialect/server-guard.js'
import { waitingForStandbys } from '../replicas/commit-watch.js'
import type { KeyTables } from '../tables/key-tables.js'
import type { KyselyLike } from '../tables/kysely-like.js'
import type { TableOptions } from '../tables/table-names.js'
import { type HostsTransaction, savepoints } from '../transactions/savepoint.js'
import type { StoreContext } from './context.js'

/** What a host gives as a transaction, before it is checked. */
export type GivenTransaction = Partial<KyselyLike> & HostsTransaction

/** A store's context within a transaction of the host's. */
export interface HostsContext {
  readonly context: StoreContext
  /** Runs `work` in a savepoint, with the schema checked. */
  run<T>(work: () => Promise<T>): Promise<T>
}

/**
 * Makes the context of a store within a transaction of the host's: `transaction` is a savepoint, and nothing is tried again.
 *
 * @throws {@link InvalidInput} when `transaction` is no transaction of Kysely, or is one of another engine.
 */
export function hostsContext(store: StoreContext, options: TableOptions, transaction: GivenTransaction): HostsContext {
  const db = checkTransaction(store, options, transaction)
  const { name, isBusy } = store.dialect
  const inSavepoint = savepoints(transaction, db, { isBusy, forgetsSavepoints: name === 'mysql' })
  let guard: ServerGuard | null = null
  const run: HostsContext['run'] = (work) =>
    inSavepoint(async () => {
      guard = await store.requireSchema(db)
      if (guard !== null) await requireServer(db, guard).catch(store.failed)
      return work()
    })
  const trx = db as Transaction<KeyTables> // checked above
  const context: StoreContext = {
    ...store,
    db,
    isHostsTransaction: true,
    // Each call is within `run`, which has asked.
    requireSchema: async () => guard,
    guarded: (work) => work(guard),
    reading: (work) => work(context),
    changing: (work) => work(db),
    retrying: (work) => work(),
    transaction: (work) => run(() => work(trx)),
    // The host's commit waits, and nobody can look afterwards.
    keyTransaction: (work) => run(() => (store.commits === null ? work(trx) : waitingForStandbys(trx, work))),
  }
  return { context, run }
}

function checkTransaction(
  { dialect }: StoreContext,
  options: TableOptions,
  transaction: GivenTransaction,
): Kysely<KeyTables> {
  if (transaction.isTransaction !== true || typeof transaction.getExecutor !== 'function') {
    const expected = 'a transaction of Kysely'
    const hint = 'A connection of a driver, inside a transaction, goes through transactionOn(client, dialect).'
    throw new InvalidInput('transaction', expected, `transaction must be ${expected}. ${hint}`)
  }
  const found = keyDatabase(transaction as KyselyLike, options) // both of its methods are those of a Kysely
  if (found.dialect === dialect) return found.db
  throw new InvalidInput('transaction', `one of the store's database, which speaks ${dialect.name}`)
}
