import { InvalidInput } from '@keywright/core'
import type { StoreInTransaction } from '@keywright/core/store'
import type { Kysely, Transaction } from 'kysely'
import { keyDatabase } from '../dialect/key-database.js'
import type { KeyTables } from '../tables/key-tables.js'
import type { KyselyLike } from '../tables/kysely-like.js'
import type { TableOptions } from '../tables/table-names.js'
import { type HostsTransaction, savepoints } from '../transactions/savepoint.js'
import { changeMethods } from './changes.js'
import { checkValueMethods } from './check-values.js'
import type { StoreContext } from './context.js'
import { listMethods } from './list.js'
import { readMethods } from './reads.js'

/**
 * The store within a transaction of the host's, each call in a savepoint.
 *
 * @throws {@link InvalidInput} when `transaction` is no transaction of Kysely, or is one of another engine.
 */
export function storeInTransaction(
  store: StoreContext,
  options: TableOptions,
  transaction: Partial<KyselyLike> & HostsTransaction,
): StoreInTransaction {
  const db = checkTransaction(store, options, transaction)
  const { name, isBusy } = store.dialect
  const inSavepoint = savepoints(transaction, db, { isBusy, forgetsSavepoints: name === 'mysql' })
  const run = <T>(work: () => Promise<T>): Promise<T> =>
    inSavepoint(async () => {
      await store.requireSchema(db)
      return work()
    })
  const context: StoreContext = {
    ...store,
    db,
    isHostsTransaction: true,
    requireSchema: async () => {},
    retrying: (work) => work(),
    transaction: (work) => run(() => work(db as Transaction<KeyTables>)), // checked above
  }
  const { find, findByLookupDigest } = readMethods(context)
  const { list, count } = listMethods(context)
  const { insert, change } = changeMethods(context)
  const { checkValue } = checkValueMethods(context)
  return {
    insert,
    change,
    // A read that fails makes PostgreSQL refuse the rest of a transaction, too.
    find: (...asked) => run(async () => find(...asked)),
    findByLookupDigest: (digests) => run(() => findByLookupDigest(digests)),
    list: (query) => run(() => list(query)),
    count: (...asked) => run(() => count(...asked)),
    checkValue: (...check) => run(() => checkValue(...check)),
  }
}

function checkTransaction(
  { dialect }: StoreContext,
  options: TableOptions,
  transaction: Partial<KyselyLike> & HostsTransaction,
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
