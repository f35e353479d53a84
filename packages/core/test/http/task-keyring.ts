import { defineAccess } from '../../src/access/index.js'
import { hmacSha256 } from '../../src/crypto/index.js'
import { createKeyring, type Keyring, type KeyringEvent } from '../../src/service/index.js'
import { type MemoryStoreOptions, memoryStore } from '../../src/store/memory-index.js'
import type { Owner } from '../../src/values/index.js'

export const access = defineAccess({
  scopes: {
    'members.read': 'View members',
    'members.invite': 'Invite members',
    'tasks.read': 'View tasks',
    'tasks.move': 'Move tasks',
  },
  resources: { board: { levels: { read: ['tasks.read'], edit: ['tasks.read', 'tasks.move'] } } },
})

export type TaskKeyring = Keyring<typeof access>

const hasher = hmacSha256({ current: 'p1', peppers: { p1: 'a pepper of 32 bytes, for tests.' } })
const owner: Owner = { type: 'user', id: 'u1', organizationId: 'org1' }

/** A keyring as a product has it, with one live key: it may read members, and has `read` on board `b1`. */
export async function openKeyring(options: MemoryStoreOptions = {}) {
  const events: KeyringEvent[] = []
  const suspended = new Set<string>()
  const keyring: TaskKeyring = createKeyring({
    prefix: 'tk',
    environment: 'live',
    environments: ['live', 'test'],
    access,
    store: memoryStore(options),
    hasher,
    resolveOwner: ({ id }) => (suspended.has(id) ? null : { scopes: ['*'], levels: () => 'edit' }),
    onEvent: (event) => events.push(event),
  })
  const { key, token } = await keyring.create({
    name: 'ci',
    owner,
    scopes: ['members.read'],
    resources: { board: { mode: 'specific', levels: { b1: 'read' } } },
    expiresAt: options.now === undefined ? null : new Date(options.now().getTime() + 1_000),
  })
  return { keyring, id: key.id, token: token.reveal(), events, suspend: () => suspended.add(owner.id) }
}

/** A request with a key in `Authorization`. */
export const bearer = (token: string, url = '/') => ({ fields: [['Authorization', `Bearer ${token}`]] as const, url })
