import type { KeyStore } from '@keywright/core/store'
import { type DurableObjectStorageLike, durableObjectDatabase } from './driver/durable-object-database.js'
import { keyStore } from './store/key-store.js'

/**
 * Keeps keys, their audit log and their usage in the SQLite of a Durable Object. A change reads, decides and writes in one
 * transaction, and a verification within the object waits for no network.
 *
 * @example
 * ```ts
 * class Keys extends DurableObject {
 *   constructor(ctx, env) {
 *     super(ctx, env)
 *     ctx.blockConcurrencyWhile(() => migrateDurableObject(ctx.storage))
 *     this.keyring = createKeyring({ prefix: 'tk', access, store: durableObjectStore(ctx.storage), hasher, resolveOwner })
 *   }
 * }
 * ```
 *
 * @param storage - `ctx.storage` of an object in `new_sqlite_classes`.
 * @throws {@link InvalidOptions} when `storage` is not that of a Durable Object with SQLite.
 */
export function durableObjectStore(storage: DurableObjectStorageLike): KeyStore {
  return keyStore(durableObjectDatabase(storage))
}
