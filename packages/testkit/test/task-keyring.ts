import type { KeyringOptions } from '@keywright/core'
import { testKeyring, testOwners } from '../src/index.js'

/** A keyring with one live key, which may read members, and one of another environment. */
export async function openKeyring(limits: Pick<KeyringOptions, 'rateLimits'> = {}) {
  const { keyring, events } = testKeyring({ ...limits, resolveOwner: 'uncapped' })
  const input = { name: 'ci', owner: testOwners.organization, scopes: ['members.read'] } as const
  const { key, token } = await keyring.create(input)
  const elsewhere = await keyring.create({ ...input, environment: 'test' })
  return { keyring, events, id: key.id, token: token.reveal(), testToken: elsewhere.token.reveal() }
}
