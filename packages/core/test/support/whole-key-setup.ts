import { testKeyring } from '@keywright/testkit'
import { defineAccess } from '../../src/access/define-access.js'
import { hmacSha256 } from '../../src/crypto/hmac-sha256.js'
import type { Keyring } from '../../src/keyring/keyring.js'
import type { KeyringOptions } from '../../src/keyring/options.js'
import type { Actor, Owner } from '../../src/values/owner.js'
import type { OwnerAuthority } from '../../src/verify/owner-authority.js'

/** A product with a sensitive scope, a scope that brings it along, roles of both kinds, and levels, one without scopes. */
export const access = defineAccess({
  scopes: {
    'members.read': 'View members',
    'members.invite': 'Invite members',
    'billing.read': 'View invoices',
    'billing.pay': { description: 'Spend money', sensitive: true },
    'billing.manage': 'Change the billing plan',
    'tasks.read': 'View tasks',
    'tasks.create': 'Create tasks',
  },
  implies: { 'members.invite': ['members.read'], 'billing.manage': ['billing.pay'] },
  presets: { 'read-only': ['*.read'] },
  roles: {
    reader: ['members.read'],
    inviter: ['members.invite'],
    payer: ['billing.pay'],
    live: () => ['members.read'],
  },
  resources: {
    board: { levels: { read: ['tasks.read'], edit: ['tasks.create'] } },
    room: { levels: { see: [], enter: [] } },
  },
})

export type ProductKeyring = Keyring<typeof access>

export const organization: Owner = { type: 'organization', id: 'org1' }
export const user = (id: string, organizationId = 'org1'): Owner => ({ type: 'user', id, organizationId })
export const userActor = (id: string): Actor => ({ type: 'user', id })
export const keyActor = (id: string): Actor => ({ type: 'key', id })

export const start = new Date(Date.UTC(2040, 0, 1))
export const hours = (count: number) => new Date(start.getTime() + count * 3_600_000)

/** A hasher with the pepper `p1`; with more, hashes under the last one. */
export const peppered = (...ids: string[]) =>
  hmacSha256({
    current: ids.at(-1) ?? 'p1',
    peppers: Object.fromEntries(
      (ids.length > 0 ? ids : ['p1']).map((id) => [id, `pepper ${id} of 32 bytes, for tests`]),
    ),
  })

/**
 * `testKeyring` with this model. An organisation may do everything; a user what `members` says at the time, and nothing where it
 * says nothing.
 */
export function openKeyring(options: Partial<KeyringOptions<typeof access>> = {}) {
  const members = new Map<string, OwnerAuthority>()
  const { keyring, store, clock, events } = testKeyring({
    access,
    startAt: start,
    hasher: peppered(),
    resolveOwner: (owner) =>
      owner.type === 'organization' ? { scopes: ['*'], levels: () => 'edit' } : (members.get(owner.id) ?? null),
    ...options,
  })
  /** All that a refused change must leave as it was. */
  const snapshot = async () => ({
    keys: await store.list({ limit: 1_000 }),
    log: await store.listAudit({ organizationId: 'org1', order: 'asc', limit: 10_000 }),
  })
  return { keyring, store, members, clock, events, snapshot }
}
