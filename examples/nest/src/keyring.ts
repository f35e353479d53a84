import { createKeyring, defineAccess, hmacSha256 } from '@keywright/core'
import { sqliteStore } from '@keywright/kysely/sqlite'

const access = defineAccess({ scopes: { 'tasks.read': 'See tasks', 'tasks.create': 'Add tasks' } })

// Your users, and what each may do now in their organization. Yours come from your own tables.
const users = new Map([['ada', { organizationId: 'acme', scopes: ['tasks.*'] }]])

/** Under this name, Nest hands the keyring to guards and services. */
export const KEYRING = Symbol('keyring')

export async function openKeyring() {
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

export type Keyring = Awaited<ReturnType<typeof openKeyring>>
