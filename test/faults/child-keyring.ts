import type { Keyring, KeyringOptions } from '@keywright/core'
import type { KeyStore } from '@keywright/core/store'
import { kyselyStore } from '@keywright/kysely'
import type { Kysely, LogConfig } from 'kysely'
import { openMariaDb, openPostgres } from '../../packages/kysely/test/open-database.js'
// Not through the index, which loads Vitest.
import { type testAccess, testKeyring } from '../../packages/testkit/src/test-keyring.js'

/** Where a child process finds its keys, and whose they are. */
export interface ChildPlace {
  readonly name: 'PostgreSQL' | 'MariaDB'
  readonly url: string
  readonly tablePrefix: string
  readonly owner: { readonly type: 'organization'; readonly id: string }
  /** The plan's limit. */
  readonly maxKeys: number
}

/** A keyring as the tests' own are, in a child process. It keeps no events: they would grow with a flood. */
export function keyringOf(
  store: KeyStore,
  options: Partial<KeyringOptions<typeof testAccess>>,
): Keyring<typeof testAccess> {
  return testKeyring({ onEvent: () => {}, ...options, store }).keyring
}

/** Such a keyring over a server; `during` may come between it and its store. */
export function openKeyring(
  { name, url, tablePrefix, maxKeys }: ChildPlace,
  { kyselyLog, during = (store) => store }: { kyselyLog?: LogConfig; during?: (store: KeyStore) => KeyStore } = {},
): { readonly db: Kysely<object>; readonly keyring: Keyring<typeof testAccess> } {
  const { db } = name === 'PostgreSQL' ? openPostgres(url, { kyselyLog }) : openMariaDb(url, { kyselyLog })
  const store = during(kyselyStore(db, { tablePrefix }))
  const keyring = keyringOf(store, { plans: { small: { maxKeys } }, resolvePlan: () => 'small' })
  return { db, keyring }
}
