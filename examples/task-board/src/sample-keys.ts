import type { KeyUsage } from '@keywright/core/store'
import { ada, editAll, mia } from './people.js'
import type { TaskBoard } from './start.js'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** Keys as a team has them after some months, with the calls of the last day, so that the settings page has something to show. */
export async function addSampleKeys({ keyring, store, hooks, origin }: TaskBoard): Promise<void> {
  const launch = { board: { mode: 'specific', levels: { launch: 'edit', hiring: 'read' } } } as const
  const inDays = (days: number) => new Date(Date.now() + days * dayMs)
  const byAda = { actor: { type: 'user', id: 'ada' } } as const
  const made = [
    await keyring.create({ name: 'Zapier', owner: mia, preset: 'read-only' }),
    await keyring.create({ name: 'Nightly export', owner: ada, roles: ['viewer'], expiresAt: inDays(12) }),
    await keyring.create({ name: 'Staging', owner: mia, scopes: ['boards.read'], environment: 'test' }),
    await keyring.create({ name: 'Old laptop', owner: mia, preset: 'read-only' }),
    await keyring.create({ name: 'Cursor', owner: mia, resources: launch, expiresAt: inDays(80) }),
    await keyring.create({ name: 'Claude Code', owner: ada, scopes: ['*'], resources: editAll }),
    await keyring.create({
      name: 'CI pipeline',
      description: 'Adds a task when a build breaks.',
      owner: ada,
      scopes: ['members.read'],
      resources: launch,
      ipAllowList: ['127.0.0.0/8'],
    }),
  ]
  const ids = made.map(({ key }) => key.id)
  await store.recordUsage(crypto.randomUUID(), ids.flatMap(lastDay))
  await keyring.disable(ids[0] ?? '', { reason: 'Not used this quarter' }, byAda)
  await keyring.revoke(ids[3] ?? '', { reason: 'Left in a taxi' }, byAda)
  const { endpoint } = await hooks.create({
    keyId: ids[6] ?? '',
    url: `${origin}/received`,
    description: 'Tells the team',
  })
  await hooks.test(endpoint.id)
}

function lastDay(keyId: string, nth: number): KeyUsage[] {
  const now = Math.floor(Date.now() / hourMs) * hourMs
  return Array.from({ length: 24 }, (_, ago) => {
    const hour = new Date(now - ago * hourMs)
    const count = Math.round((160 / (7 - nth)) * (1.2 + Math.sin((ago + 2 * nth) / 3.5)))
    return { keyId, organizationId: 'acme', hour, count, lastUsedAt: hour }
  })
}
