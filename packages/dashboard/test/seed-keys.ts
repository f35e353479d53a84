import { organizationId, type TestKeyring } from './product.js'

const dayMs = 86_400_000

/** Keys of several people and kinds, as a team has them. */
export async function seedKeys(keyring: TestKeyring): Promise<{ readonly detailed: string; readonly total: number }> {
  const user = (id: string) => ({ type: 'user', id, organizationId }) as const
  const organization = { type: 'organization', id: organizationId } as const
  const later = (days: number) => new Date(Date.now() + days * dayMs)
  const made = [
    await keyring.create({ name: 'Zapier', owner: user('mia'), preset: 'people', tags: ['automation'] }),
    await keyring.create({
      name: 'Nightly export',
      owner: organization,
      roles: ['auditor'],
      expiresAt: later(12),
      tags: ['billing', 'production'],
    }),
    await keyring.create({
      name: 'Staging gateway',
      owner: organization,
      scopes: ['policies.read'],
      environment: 'test',
    }),
    await keyring.create({ name: 'Old laptop', owner: user('mia'), scopes: ['members.read'] }),
    await keyring.create({
      name: 'Cursor IDE',
      owner: user('mia'),
      resources: { board: { mode: 'specific', levels: { b1: 'edit', b2: 'read' } } },
    }),
    await keyring.create({
      name: 'Planning agent',
      owner: organization,
      roles: ['planner'],
      resources: { board: { mode: 'all', level: 'read' } },
    }),
    await keyring.create({
      name: 'Claude on my laptop',
      owner: user('ada'),
      scopes: ['*'],
      resources: { board: { mode: 'all', level: 'edit' } },
    }),
  ]
  const detailed = await keyring.create({
    name: 'CI pipeline',
    description: 'Moves tasks when a branch is merged.',
    tags: ['production', 'team blue'],
    owner: user('ada'),
    scopes: ['members.read', 'members.invite', 'billing.manage'],
    resources: { board: { mode: 'specific', levels: { b1: 'edit', b3: 'read' } } },
    expiresAt: later(80),
    ipAllowList: ['192.0.2.0/24'],
  })
  const actor = { type: 'user', id: 'ada' } as const
  await keyring.disable(made[0]?.key.id ?? '', { reason: 'Not used this quarter' }, { actor })
  await keyring.revoke(made[3]?.key.id ?? '', { reason: 'lost' }, { actor })
  for (const { token } of [made[6], detailed].filter((one) => one !== undefined)) {
    await keyring.verify(token.reveal(), { ip: '192.0.2.7' })
  }
  return { detailed: detailed.key.id, total: made.length + 1 }
}
