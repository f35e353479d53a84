import {
  createKeyring,
  defineAccess,
  type Hasher,
  hmacSha256,
  type Keyring,
  type KeyringOptions,
  type OwnerAuthority,
} from '@keywright/core'
import type { KeyStore } from '@keywright/core/store'

export const access = defineAccess({
  scopes: { 'tasks.read': 'See tasks', 'tasks.create': 'Add tasks', 'members.read': 'See members' },
})
export const hasher: Hasher = hmacSha256({
  current: 'p1',
  peppers: { p1: 'a pepper for benchmarks that is long enough' },
})
const authority: OwnerAuthority = { scopes: ['tasks.*'] }

/** A keyring as a host would make it. */
export function keyringOver(
  store: KeyStore,
  more: Pick<KeyringOptions, 'usageFlushMs' | 'verifyTimeoutMs' | 'failureLimit'> = {},
): Keyring<typeof access> {
  const resolveOwner = (): OwnerAuthority => authority
  return createKeyring({ prefix: 'tb', environment: 'live', access, store, hasher, resolveOwner, ...more })
}

/** Makes keys. */
export async function createKeys(
  keyring: Keyring<typeof access>,
  count: number,
): Promise<readonly { readonly id: string; readonly token: string }[]> {
  const create = async (n: number): Promise<{ id: string; token: string }> => {
    const owner = { type: 'user', id: `u${n}`, organizationId: `o${n % 10}` } as const
    const { key, token } = await keyring.create({ name: 'ci', owner, scopes: ['tasks.read'] })
    return { id: key.id, token: token.reveal() }
  }
  const keys: { id: string; token: string }[] = []
  // Ten organisations at a time: each has a lock of its own.
  for (let made = 0; made < count; made += 10) {
    const many = Array.from({ length: Math.min(10, count - made) }, (_, n) => create(made + n))
    keys.push(...(await Promise.all(many)))
  }
  return keys
}

/** Makes keys, and returns their tokens. */
export async function createTokens(keyring: Keyring<typeof access>, count: number): Promise<readonly string[]> {
  return (await createKeys(keyring, count)).map(({ token }) => token)
}

/** Verifies a good token, as each of these measurements does. */
export async function verifyGood(keyring: Keyring<typeof access>, token: string): Promise<void> {
  if (!(await keyring.verify(token, { scopes: ['tasks.read'] })).ok) throw new Error('This key is good')
}
