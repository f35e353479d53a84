import { createKeyring, defineAccess, hmacSha256 } from '@keywright/core'
import { sqliteStore } from '@keywright/kysely/sqlite'

// Your users, and what each may do now. Yours come from your own tables.
const users = new Map([['ada', { scopes: ['tasks.*'] }]])

export const keyring = createKeyring({
  prefix: 'tb',
  environment: 'live',
  access: defineAccess({ scopes: { 'tasks.read': 'See tasks', 'tasks.create': 'Add tasks' } }),
  store: await sqliteStore('keys.sqlite'),
  hasher: hmacSha256({ current: 'p1', peppers: { p1: process.env.KEYWRIGHT_PEPPER } }),
  resolveOwner: (owner) => users.get(owner.id) ?? null,
})
