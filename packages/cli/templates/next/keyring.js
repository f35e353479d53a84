import { createKeyring, defineAccess, hmacSha256 } from '@keywright/core'
import { sqliteStore } from '@keywright/kysely/sqlite'

// Your users, and what each may do now in their organization. Yours come from your own tables.
const users = new Map([['ada', { organizationId: 'acme', scopes: ['tasks.*'] }]])

const openKeyring = async () =>
  createKeyring({
    prefix: 'tb',
    environment: 'live',
    access: defineAccess({ scopes: { 'tasks.read': 'See tasks', 'tasks.create': 'Add tasks' } }),
    store: await sqliteStore('keys.sqlite'),
    hasher: hmacSha256({ current: 'p1', peppers: { p1: process.env.KEYWRIGHT_PEPPER } }),
    // Asked on each request. Whoever has left the organization has no rights there, and no key of theirs has any.
    resolveOwner: (owner) => {
      const user = users.get(owner.id)
      const isMember = owner.type === 'user' && user?.organizationId === owner.organizationId
      return isMember ? { scopes: user.scopes } : null
    },
  })

// Next bundles this file more than once: all copies share one keyring. Nothing is opened during `next build`.
export function keyringOfApp() {
  globalThis.keyringOfApp ??= openKeyring().catch((error) => {
    // The next request tries again: the database may be back by then.
    globalThis.keyringOfApp = undefined
    throw error
  })
  return globalThis.keyringOfApp
}
