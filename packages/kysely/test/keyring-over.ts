import type { KeyringOptions } from '@keywright/core'
import type { KeyStore } from '@keywright/core/store'
// Not through the index, which loads Vitest: child processes use this file, too.
import { type TestKeyring, testKeyring, testOwners } from '../../testkit/src/test-keyring.js'

/** `testKeyring` over a store, with its events. The time is the store's. */
export function keyringOver(
  store: KeyStore,
  options: Pick<KeyringOptions, 'hasher'> | object = {},
): Pick<TestKeyring, 'keyring' | 'events'> {
  const { keyring, events } = testKeyring({ store, ...options })
  return { keyring, events }
}

export const owner = testOwners.user

/** A key to create when its values do not matter. */
export const input = { name: 'ci', owner, scopes: ['members.read'] } as const
