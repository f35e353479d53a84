import { testKeyring } from '@keywright/testkit'
import { defineAccess } from '../../src/access/define-access.js'
import type { Principal } from '../../src/access/principal.js'
import type { Keyring } from '../../src/keyring/keyring.js'
import type { CreateInput } from '../../src/manage/key-input.js'
import type { OwnerAuthority } from '../../src/verify/owner-authority.js'

/** A product with boards of three levels, projects of two, and a sensitive scope. */
export const access = defineAccess({
  scopes: {
    'members.read': 'View members',
    'members.invite': 'Invite members',
    'billing.read': 'View invoices',
    'billing.pay': { description: 'Spend money', sensitive: true },
    'tasks.read': 'View tasks',
    'tasks.create': 'Create tasks',
    'tasks.purge': 'Delete tasks for good',
    'plans.read': 'View plans',
  },
  implies: { 'members.invite': ['members.read'] },
  presets: { 'read-only': ['*.read'] },
  roles: { payer: ['billing.pay'] },
  resources: {
    board: { levels: { read: ['tasks.read'], edit: ['tasks.create'], own: ['tasks.purge'] } },
    project: { levels: { read: ['plans.read'], edit: [] } },
  },
})

/** The levels of a board, lowest first; `null` is none. */
export const boardLevels = [null, 'read', 'edit', 'own'] as const

export type Level = (typeof boardLevels)[number]

export const rankOf = (level: Level) => boardLevels.indexOf(level)

/** `testKeyring` with this model, whose owner may do what `owner.authority` says at the time. */
export function openKeyring(authority: OwnerAuthority | null) {
  const owner = { authority }
  return { ...testKeyring({ access, resolveOwner: () => owner.authority }), owner }
}

/** A new key of `u1`, and its token. */
export async function createToken(
  keyring: Keyring<typeof access>,
  grants: Pick<CreateInput<typeof access>, 'scopes' | 'preset' | 'roles' | 'resources' | 'expiresAt'>,
) {
  const owner = { type: 'user', id: 'u1', organizationId: 'org1' } as const
  const { key, token } = await keyring.create({ name: 'ci', owner, ...grants })
  return { id: key.id, token: token.reveal() }
}

/** The principal of a token that must be good. */
export async function principalOf(keyring: Keyring<typeof access>, token: string): Promise<Principal<typeof access>> {
  const verdict = await keyring.verify(token)
  if (!verdict.ok) throw new Error(`Refused: ${verdict.refusal.code}`)
  return verdict.principal
}
