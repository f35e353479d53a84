import {
  createKeyring,
  defineAccess,
  hmacSha256,
  type Keyring,
  type KeyringEvent,
  type KeyringOptions,
  type KeyStore,
  memoryStore,
} from '@keywright/core'
import { aKey } from '../a-key.js'
import { K, KEY_ID } from './header-cases.js'

/** The model of the keyring under test. */
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

const hasher = hmacSha256({ current: 'p1', peppers: { p1: 'a pepper of 32 bytes, for tests.' } })

/** What a test may have otherwise. */
export interface KeyringSettings extends Pick<KeyringOptions, 'rateLimits' | 'failureLimit' | 'resolveOwner'> {
  /** In place of the store's own. */
  readonly store?: Partial<KeyStore>
}

/** A keyring as a product has it. It knows the key {@link K}, and tells what it told the host. */
export async function openKeyring(settings: Partial<KeyringSettings> = {}) {
  const events: KeyringEvent[] = []
  const { store: broken, resolveOwner = 'uncapped', ...limits } = settings
  const memory = memoryStore()
  const keyring: Keyring<typeof gateAccess> = createKeyring({
    prefix: 'tk',
    environment: 'live',
    environments: ['live', 'test'],
    access: gateAccess,
    store: { ...memory, ...broken },
    hasher,
    resolveOwner,
    ...limits,
    verifyTimeoutMs: 50,
    onEvent: (event) => events.push(event),
  })
  const write = aKey({
    id: KEY_ID,
    hash: await hasher.hash({ id: KEY_ID, token: K }),
    previousHash: null,
    previousHashExpiresAt: null,
    ipAllowList: null,
    rateLimits: null,
    grants: { scopes: ['members.read'], roles: [], resources: { board: { mode: 'specific', levels: { b1: 'read' } } } },
  })
  await memory.insert({ id: KEY_ID, organizationId: 'org-1', quota: null, decide: () => ({ write, audit: [] }) })
  return { keyring, events }
}
