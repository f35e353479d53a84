import { createKeyring, hmacSha256, type Keyring } from '@keywright/core'
import type { KeyStore } from '@keywright/core/store'
import { access } from './access.js'
import { resolveOwner } from './people.js'

/** The keys of the server. A product reads its pepper from a secret store. */
export function openKeyring(store: KeyStore, pepper: string): Keyring<typeof access> {
  const hasher = hmacSha256({ current: 'p1', peppers: { p1: pepper } })
  return createKeyring({ prefix: 'pm', access, store, hasher, resolveOwner })
}
