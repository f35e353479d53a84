import { createKeyring, type Hasher, type Keyring, type ResolveOwner } from '@keywright/core'
import type { KeyStore } from '@keywright/core/store'
import { access } from './access.js'

const minute = 60_000

/** Opens a keyring with limits: of the plan, of each key, and of whoever presents bad keys. */
export function openLimited(
  { store, hasher, resolveOwner }: { store: KeyStore; hasher: Hasher; resolveOwner: ResolveOwner },
  planOf: (organizationId: string) => Promise<string>,
): Keyring<typeof access> {
  return createKeyring({
    prefix: 'tb',
    access,
    store,
    hasher,
    resolveOwner,
    plans: {
      free: { maxKeys: 3 },
      team: { maxKeys: 50, rateLimits: { fast: { limit: 6_000, windowMs: minute } } },
      enterprise: { maxKeys: 'unlimited' },
    },
    resolvePlan: planOf, // the name of one of these
    rateLimits: { default: { limit: 600, windowMs: minute } }, // of each key whose plan says nothing else
    failureLimit: { limit: 100, windowMs: minute }, // bad keys of one network
  })
}
