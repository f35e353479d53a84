import { InvalidInput } from '@keywright/core'
import { checkNames, type NamesOf } from '@keywright/core/adapter'
import type { NewKey } from '@keywright/core/store'

const fieldNames: NamesOf<NewKey> = {
  id: true,
  environment: true,
  preview: true,
  name: true,
  description: true,
  owner: true,
  createdBy: true,
  grants: true,
  preset: true,
  tags: true,
  metadata: true,
  expiresAt: true,
  ipAllowList: true,
  rateLimits: true,
  budget: true,
  binding: true,
  hash: true,
  previousHash: true,
  previousHashExpiresAt: true,
  lookupDigest: true,
  sealed: true,
  createdAt: true,
}

let count = 0

/**
 * Returns a new key with a different value in every field, so that tests find a store that drops or swaps fields.
 *
 * @throws {@link InvalidInput} when `overrides` has a field that keys do not have.
 */
export function aKey(overrides: Partial<NewKey> = {}): NewKey {
  checkNames(overrides, fieldNames, { Invalid: InvalidInput })
  count += 1
  const id = `k${String(count).padStart(11, '0')}`
  return {
    id,
    environment: 'live',
    preview: `tk_live_${id.slice(0, 4)}…`,
    name: `Name ${count} ü☃😀 '"\\%_`,
    description: `Description ${count}\nsecond line`,
    owner: { type: 'user', id: `user-${count}`, organizationId: `org-${count}` },
    createdBy: { type: 'key', id: `creator-${count}` },
    grants: {
      scopes: ['members.read', 'billing.*'],
      roles: ['planner'],
      resources: {
        board: { mode: 'specific', levels: { b1: 'edit', ['__proto__']: 'read', 'ünï/code': 'read' } },
        project: { mode: 'all', level: 'read' },
      },
    },
    preset: 'read-only',
    tags: ['Tag one', `tag-${count}`],
    metadata: { team: 'ops', nested: { list: [1, 'two', null, true] } },
    expiresAt: new Date(Date.UTC(2999, 0, 1, 2, 3, 4, 567)),
    ipAllowList: ['203.0.113.0/24', '2001:db8::/32'],
    rateLimits: [{ limit: 10, windowMs: 1_000 }],
    binding: { type: 'dpop', jkt: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs' },
    budget: { limit: 500, refill: { every: 'month', timeZone: 'Europe/Berlin' } },
    hash: `$sha256$v=1$c2FsdA$hash${count}`,
    previousHash: `$sha256$v=1$c2FsdA$previous${count}`,
    previousHashExpiresAt: new Date(Date.UTC(2998, 11, 31, 23, 59, 59, 999)),
    lookupDigest: `sha256:${count}`,
    sealed: `$aes-256-gcm$v=1$k=k1$sealed${count}`,
    ...overrides,
  }
}
