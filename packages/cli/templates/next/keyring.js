import { createKeyring, defineAccess, hmacSha256 } from '@keywright/core'
import { sqliteStore } from '@keywright/kysely/sqlite'

// Your users, and what each may do now. Yours come from your own tables.
const users = new Map([['ada', { scopes: ['tasks.*'] }]])

const openKeyring = async () =>
  createKeyring({
    prefix: 'tb',
    environment: 'live',
    access: defineAccess({ scopes: { 'tasks.read': 'See tasks', 'tasks.create': 'Add tasks' } }),
    store: await sqliteStore('keys.sqlite'),
    hasher: hmacSha256({ current: 'p1', peppers: { p1: process.env.KEYWRIGHT_PEPPER } }),
    resolveOwner: (owner) => users.get(owner.id) ?? null,
  })

// Next bundles this file more than once: all copies share one keyring. Nothing is opened during `next build`.
export function keyringOfApp() {
  globalThis.keyringOfApp ??= openKeyring()
  return globalThis.keyringOfApp
}
