import type { KeyStore } from '@keywright/core/store'
import { type D1Like, d1Database } from './driver/d1-database.js'
import { keyStore } from './store/key-store.js'

/**
 * Keeps keys, their audit log and their usage in a Cloudflare D1 database.
 *
 * Each call begins at the primary database, also where D1 replicates reads: a revoked key is refused from the next request on. D1
 * has no interactive transactions. So a change reads in one batch, decides, and writes in another, which fails as a whole if somebody
 * else has written to the organization meanwhile; then it begins anew.
 *
 * The tables are made by `wrangler d1 migrations`, see {@link migrationSql}, or by {@link migrateD1}.
 *
 * @example
 * ```ts
 * const keyring = createKeyring({ prefix: 'tk', access, store: d1Store(env.DB), hasher, resolveOwner })
 * ```
 *
 * @param db - The binding itself, and no session of it.
 * @throws {@link InvalidOptions} when `db` is not the binding.
 */
export function d1Store(db: D1Like): KeyStore {
  return keyStore(d1Database(db))
}
