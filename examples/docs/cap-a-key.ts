import type { Keyring, Principal } from '@keywright/core'
import type { access } from './access.js'

/** Makes a key for Ada's account, and returns what a request with it may do now. */
export async function capKey(keyring: Keyring<typeof access>): Promise<Principal<typeof access>> {
  const { token } = await keyring.create({
    name: 'sync',
    owner: { type: 'user', id: 'ada', organizationId: 'acme' },
    scopes: ['members.invite', 'billing.*'],
    resources: { board: { mode: 'specific', levels: { roadmap: 'edit', hiring: 'edit' } } },
  })
  const verdict = await keyring.verify(token.reveal())
  if (!verdict.ok) throw new Error(`The new key was refused: ${verdict.refusal.code}`)
  return verdict.principal
}
