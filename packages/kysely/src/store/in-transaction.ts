import type { StoreInTransaction } from '@keywright/core/store'
import type { TableOptions } from '../tables/table-names.js'
import { changeMethods } from './changes.js'
import { checkValueMethods } from './check-values.js'
import type { StoreContext } from './context.js'
import { type GivenTransaction, hostsContext } from './hosts-transaction.js'
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
  transaction: GivenTransaction,
): StoreInTransaction {
  const { context, run } = hostsContext(store, options, transaction)
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
