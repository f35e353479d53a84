import { defineAccess, hmacSha256, type KeyBinding, type KeyringOptions, memoryStore } from '@keywright/core'
import type { KeyStore } from '@keywright/core/store'
import { aKey } from '../a-key.js'
import { testKeyring, testPeppers } from '../test-keyring.js'
import { K, KEY_ID } from './header-cases.js'

/** The access model of the keyring under test. */
export const gateAccess = defineAccess({
  scopes: {
    'members.read': 'View members',
    'members.invite': 'Invite members',
    'members.remove': 'Remove members',
    'tasks.read': 'View tasks',
    'tasks.move': 'Move tasks',
  },
  resources: { board: { levels: { read: ['tasks.read'], edit: ['tasks.read', 'tasks.move'] } } },
})

const hasher = hmacSha256({ current: 'p1', peppers: testPeppers })

/** The options of the keyring that a test may change. */
export interface KeyringSettings
  extends Pick<KeyringOptions, 'rateLimits' | 'failureLimit' | 'resolveOwner' | 'imports' | 'proofs'> {
  /** Methods that replace those of the memory store. */
  readonly store?: Partial<KeyStore>
  /** What the key {@link K} is bound to. */
  readonly binding?: KeyBinding
}

/** Opens a keyring that has the key {@link K}, and returns it with the list of its events. */
export async function openKeyring(settings: Partial<KeyringSettings> = {}) {
  const { store: broken, binding = null, ...others } = settings
  const memory = memoryStore()
  const { keyring, events } = testKeyring({
    access: gateAccess,
    store: { ...memory, ...broken },
    hasher,
    resolveOwner: 'uncapped',
    ...others,
    verifyTimeoutMs: 50,
  })
  const write = aKey({
    id: KEY_ID,
    hash: await hasher.hash({ id: KEY_ID, token: K }),
    previousHash: null,
    previousHashExpiresAt: null,
    ipAllowList: null,
    rateLimits: null,
    binding,
    grants: { scopes: ['members.read'], roles: [], resources: { board: { mode: 'specific', levels: { b1: 'read' } } } },
  })
  await memory.insert({ id: KEY_ID, organizationId: 'org-1', quota: null, decide: () => ({ write, audit: [] }) })
  return { keyring, events }
}
