import {
  createKeyring,
  defineAccess,
  hmacSha256,
  type Keyring,
  type KeyringOptions,
  type KeyStore,
} from '@keywright/core'
import { kyselyStore } from '@keywright/kysely'
import type { Kysely, LogConfig } from 'kysely'
import { openMariaDb, openPostgres } from '../../packages/kysely/test/open-database.js'

/** Where a child process finds its keys, and whose they are. */
export interface ChildPlace {
  readonly name: 'PostgreSQL' | 'MariaDB'
  readonly url: string
  readonly tablePrefix: string
  readonly owner: { readonly type: 'organization'; readonly id: string }
  /** The plan's limit. */
  readonly maxKeys: number
}

const access = defineAccess({ scopes: { 'items.read': 'See items', 'items.write': 'Change items' } })

/** A keyring as the tests' own are, in a child process. */
export function keyringOf(store: KeyStore, options: Partial<KeyringOptions<typeof access>>): Keyring<typeof access> {
  return createKeyring({
    prefix: 'tk',
    environment: 'live',
    access,
    hasher: hmacSha256({ current: 'p1', peppers: { p1: 'a pepper for tests that is long enough' } }),
    resolveOwner: () => ({ scopes: ['*'] }),
    ...options,
    store,
  })
}

/** Such a keyring over a server; `during` may come between it and its store. */
export function openKeyring(
  { name, url, tablePrefix, maxKeys }: ChildPlace,
  { kyselyLog, during = (store) => store }: { kyselyLog?: LogConfig; during?: (store: KeyStore) => KeyStore } = {},
): { readonly db: Kysely<object>; readonly keyring: Keyring<typeof access> } {
  const { db } = name === 'PostgreSQL' ? openPostgres(url, { kyselyLog }) : openMariaDb(url, { kyselyLog })
  const store = during(kyselyStore(db, { tablePrefix }))
  const keyring = keyringOf(store, { plans: { small: { maxKeys } }, resolvePlan: () => 'small' })
  return { db, keyring }
}
