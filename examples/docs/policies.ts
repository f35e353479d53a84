import { createKeyring, type Hasher, type Keyring, type ResolveOwner } from '@keywright/core'
import type { KeyStore } from '@keywright/core/store'
import { access } from './access.js'

const day = 86_400_000

/** Opens a keyring with a policy for all keys, and a stricter one for a plan. */
export function openGoverned(
  { store, hasher, resolveOwner }: { store: KeyStore; hasher: Hasher; resolveOwner: ResolveOwner },
  planOf: (organizationId: string) => Promise<string>,
): Keyring<typeof access> {
  return createKeyring({
    prefix: 'tb',
    access,
    store,
    hasher,
    resolveOwner,
    policy: { maxLifetimeMs: 365 * day, defaultLifetimeMs: 90 * day },
    plans: {
      team: { maxKeys: 50 },
      bank: { maxKeys: 50, policy: { maxLifetimeMs: 30 * day, requireIpAllowList: true } },
    },
    resolvePlan: planOf, // the name of one of these
  })
}
