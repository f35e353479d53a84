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

// Your users, and what each may do now. Yours come from your own tables.
export const users = new Map([['ada', { scopes: ['tasks.*', 'api_keys.*'] }]])

async function openKeyring() {
  return createKeyring({
    prefix: 'tb',
    access,
    store: await sqliteStore('keys.sqlite'),
    hasher: hmacSha256({ current: 'p1', peppers: { p1: process.env.KEY_PEPPER } }),
    resolveOwner: (owner) => users.get(owner.id) ?? null,
  })
}

// Next bundles this file more than once: all copies share one keyring. Nothing is opened during `next build`.
const shared = globalThis as typeof globalThis & { keyring?: ReturnType<typeof openKeyring> } // a name of our own

export function keyringOfApp() {
  shared.keyring ??= openKeyring()
  return shared.keyring
}
