import { createKeyring, defineAccess, hmacSha256 } from '@keywright/core'
import { sqliteStore } from '@keywright/kysely/sqlite'

const access = defineAccess({
  scopes: {
    'tasks.read': 'See tasks',
    'tasks.create': 'Add tasks',
    'api_keys.read': 'See API keys',
    'api_keys.create': 'Create API keys',
    'api_keys.revoke': 'Revoke API keys',
  },
})

// Your users, and what each may do now in their organization. Yours come from your own tables.
export const users = new Map([['ada', { organizationId: 'acme', scopes: ['tasks.*', 'api_keys.*'] }]])

async function openKeyring() {
  return createKeyring({
    prefix: 'tb',
    access,
    store: await sqliteStore('keys.sqlite'),
    hasher: hmacSha256({ current: 'p1', peppers: { p1: process.env.KEYWRIGHT_PEPPER } }),
    // Asked on each request. Whoever has left the organization has no rights there, and no key of theirs has any.
    resolveOwner: (owner) => {
      const user = users.get(owner.id)
      const isMember = owner.type === 'user' && user?.organizationId === owner.organizationId
      return isMember ? { scopes: user.scopes } : null
    },
  })
}

// Next bundles this file more than once: all copies share one keyring. Nothing is opened during `next build`.
const shared = globalThis as typeof globalThis & { keyring?: ReturnType<typeof openKeyring> | undefined } // a name of our own

export function keyringOfApp() {
  shared.keyring ??= openKeyring().catch((error: unknown) => {
    // The next request tries again: the database may be back by then.
    shared.keyring = undefined
    throw error
  })
  return shared.keyring
}
