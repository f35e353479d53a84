import { createKeyring, type Hasher, type Keyring, type ResolveOwner } from '@keywright/core'
import type { KeyStore } from '@keywright/core/store'
import { access } from './access.js'

/** Opens the keyring of a product that was renamed: tokens that begin with `old_live_` go on working. */
export function openRenamed(parts: { store: KeyStore; hasher: Hasher; resolveOwner: ResolveOwner }): Keyring {
  return createKeyring({
    ...parts,
    prefix: 'new',
    environment: 'live',
    access,
    formerly: [{ prefix: 'old', environment: 'live' }],
  })
}
