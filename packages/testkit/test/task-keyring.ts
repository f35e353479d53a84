import {
  createKeyring,
  defineAccess,
  hmacSha256,
  type KeyringEvent,
  type KeyringOptions,
  memoryStore,
} from '@keywright/core'

export const access = defineAccess({
  scopes: { 'members.read': 'View members', 'members.invite': 'Invite members', 'tasks.read': 'View tasks' },
  resources: { board: { levels: { read: ['tasks.read'] } } },
})

/** A keyring with one live key, which may read members. */
export async function openKeyring(limits: Pick<KeyringOptions, 'rateLimits'> = {}) {
  const events: KeyringEvent[] = []
  const keyring = createKeyring({
    prefix: 'tk',
    environment: 'live',
    environments: ['live', 'test'],
    access,
    store: memoryStore(),
    hasher: hmacSha256({ current: 'p1', peppers: { p1: 'a pepper of 32 bytes, for tests.' } }),
    resolveOwner: 'uncapped',
    ...limits,
    onEvent: (event) => events.push(event),
  })
  const owner = { type: 'organization', id: 'org1' } as const
  const { key, token } = await keyring.create({ name: 'ci', owner, scopes: ['members.read'] })
  const elsewhere = await keyring.create({ name: 'test', owner, scopes: ['members.read'], environment: 'test' })
  return { keyring, events, id: key.id, token: token.reveal(), testToken: elsewhere.token.reveal() }
}
