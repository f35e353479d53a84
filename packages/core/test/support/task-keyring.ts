import { type TestKeyring, testAccess, testKeyring, testOwners } from '@keywright/testkit'
import { adapterOf, type KeyringDoor, withDoor } from '../../src/keyring/door.js'
import { type MemoryStoreOptions, memoryStore } from '../../src/memory/memory-store.js'
import type { KeyStore } from '../../src/store/key-store.js'

export { testAccess as access }

export type TaskKeyring = TestKeyring['keyring']

/** `testKeyring` with one live key: it may read members, and has `read` on board `b1`. */
export async function openKeyring(options: MemoryStoreOptions & { readonly store?: KeyStore } = {}) {
  const owner = testOwners.user
  const { keyring, events, authorities } = testKeyring({ store: options.store ?? memoryStore(options) })
  const { key, token } = await keyring.create({
    name: 'ci',
    owner,
    scopes: ['members.read'],
    resources: { board: { mode: 'specific', levels: { b1: 'read' } } },
    expiresAt: options.now === undefined ? null : new Date(options.now().getTime() + 1_000),
  })
  return { keyring, id: key.id, token: token.reveal(), events, suspend: () => authorities.set(owner.id, null) }
}

/** A request with a key in `Authorization`. */
export const bearer = (token: string, url = '/') => ({ fields: [['Authorization', `Bearer ${token}`]] as const, url })

/** A keyring whose verification is as broken as `verify`. */
export function withVerify(keyring: TaskKeyring, verify: () => unknown): TaskKeyring {
  const door = { ...adapterOf(keyring), verify: verify as KeyringDoor['verify'] } // which it is not
  return withDoor({ ...keyring }, door)
}
