import {
  createKeyring,
  defineAccess,
  hmacSha256,
  type Keyring,
  type KeyringEvent,
  type KeyStore,
} from '@keywright/core'

const access = defineAccess({
  scopes: { 'members.read': 'View members', 'members.invite': 'Invite members' },
  roles: { reader: ['members.read'] },
})

/** A keyring as a host would make it, with what it tells the host. */
export function keyringOver(store: KeyStore): { keyring: Keyring<typeof access>; events: KeyringEvent[] } {
  const events: KeyringEvent[] = []
  const keyring = createKeyring({
    prefix: 'tk',
    environment: 'live',
    access,
    store,
    hasher: hmacSha256({ current: 'p1', peppers: { p1: 'a pepper for tests that is long enough' } }),
    resolveOwner: () => ({ scopes: ['*'] }),
    onEvent: (event) => events.push(event),
  })
  return { keyring, events }
}

export const owner = { type: 'user', id: 'u1', organizationId: 'org1' } as const

/** What to create where it does not matter. */
export const input = { name: 'ci', owner, scopes: ['members.read'] } as const
