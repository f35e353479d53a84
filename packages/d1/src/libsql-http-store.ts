import type { KeyStore } from '@keywright/core/store'
import { type LibsqlHttpLike, libsqlHttpDatabase } from './driver/libsql-http-database.js'
import { keyStore } from './store/key-store.js'

/**
 * Keeps keys, their audit log and their usage in a libSQL database over HTTP, such as one of Turso, with `@libsql/client`.
 *
 * Each call is a batch that the primary carries out, a verification as well, also where the database has replicas: a revoked key is
 * refused from the next request on. A change reads in one batch, decides, and writes in another, which fails as a whole if somebody else
 * has written to the organization meanwhile; then it begins anew.
 *
 * @example
 * ```ts
 * const client = createClient({ url: process.env.TURSO_DATABASE_URL, authToken: process.env.TURSO_AUTH_TOKEN })
 * await migrateLibsqlHttp(client) // once at each deployment
 * const keyring = createKeyring({ prefix: 'tk', access, store: libsqlHttpStore(client), hasher, resolveOwner })
 * ```
 *
 * @param client - With a token that may write.
 * @throws {@link InvalidOptions} when `client` is no client over HTTP, such as an embedded replica.
 */
export function libsqlHttpStore(client: LibsqlHttpLike): KeyStore {
  return keyStore(libsqlHttpDatabase(client))
}
