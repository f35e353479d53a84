import { createKeyring, type Hasher, type Keyring, type RateLimiter } from '@keywright/core'
import type { KeyStore } from '@keywright/core/store'
import { dpopProofs } from '@keywright/dpop'
import { access } from './access.js'

/** A keyring whose keys can be bound. The limiter is one that all processes share. */
export function openBound(store: KeyStore, hasher: Hasher, rateLimiter: RateLimiter): Keyring<typeof access> {
  return createKeyring({
    prefix: 'tb',
    access,
    store,
    hasher,
    resolveOwner: 'uncapped',
    rateLimiter,
    proofs: { dpop: dpopProofs({ baseUrls: ['https://api.example.com'] }), mtls: {} },
  })
}
