import { beforeEach, describe, expect, it } from 'vitest'
import type { ManageOptions } from '../../src/input/manage-options.js'
import type { Actor } from '../../src/values/owner.js'
import { hours, keyActor, openKeyring, organization } from '../support/whole-key-setup.js'

const neighbour = { type: 'organization', id: 'org2' } as const

let world: ReturnType<typeof openKeyring>
let working = ''
let stopped = ''
beforeEach(async () => {
  world = openKeyring({ allowKeyManagement: true })
  const make = async (name: string) =>
    (await world.keyring.create({ name, owner: organization, scopes: ['members.read'] })).key.id
  working = await make('working')
  stopped = await make('stopped')
  await world.keyring.disable(stopped)
})

const verbs = {
  enable: (by) => world.keyring.enable(stopped, by),
  disable: (by) => world.keyring.disable(working, {}, by),
  revoke: (by) => world.keyring.revoke(working, {}, by),
  delete: (by) => world.keyring.delete(working, by),
  update: (by) => world.keyring.update(working, { name: 'renamed' }, by),
  rotate: (by) => world.keyring.rotate(working, {}, by),
  create: (by) => world.keyring.create({ name: 'new', owner: organization }, by),
} satisfies Record<string, (options: ManageOptions) => Promise<unknown>>

type Condition = readonly [name: string, prepare: () => Promise<Actor>]

/** A key with every right, so that only what it is can stand in its way. */
async function manager(
  given: { owner?: { type: 'organization'; id: string }; environment?: string; expiresAt?: Date } = {},
): Promise<string> {
  const input = { name: 'manager', owner: organization, scopes: ['*', 'billing.pay'], ...given } as const
  return (await world.keyring.create(input)).key.id
}

async function afterwards(verb: 'revoke' | 'disable' | 'delete'): Promise<Actor> {
  const id = await manager()
  await world.keyring[verb](id)
  return keyActor(id)
}

/** A key that was rotated, once for each grace, an hour apart. */
async function rotated(token: 'current' | 'previous' | undefined, ...graces: readonly number[]): Promise<Actor> {
  const id = await manager()
  for (const grace of graces) await world.keyring.rotate(id, { graceMs: grace * 3_600_000 })
  return token === undefined ? keyActor(id) : { type: 'key', id, token }
}

const pass = async (count: number, actor: Promise<Actor>): Promise<Actor> => {
  const ready = await actor
  world.clock.at = hours(count).getTime()
  return ready
}

const foreign: Condition = ['of another organization', async () => keyActor(await manager({ owner: neighbour }))]
const elsewhere: Condition = ['of another environment', async () => keyActor(await manager({ environment: 'test' }))]
const dead: readonly Condition[] = [
  ['that is revoked', () => afterwards('revoke')],
  ['that is disabled', () => afterwards('disable')],
  ['that is deleted', () => afterwards('delete')],
  ['that expired', () => pass(2, manager({ expiresAt: hours(1) }).then(keyActor))],
  ['that does not exist', async () => keyActor('A'.repeat(12))],
]
const outdated: readonly Condition[] = [
  ['with its previous token in grace', () => rotated('previous', 1)],
  ['in grace, with a token that nobody names', () => rotated(undefined, 1)],
  ['with its previous token after its grace', () => pass(2, rotated('previous', 1))],
  ['with its previous token, whose grace a second rotation ended', () => rotated('previous', 1, 0)],
]
const live: readonly Condition[] = [
  ['that is live', () => manager().then(keyActor)],
  ['with its current token', async () => ({ type: 'key', id: await manager(), token: 'current' })],
  ['with its current token while the one before is in grace', () => rotated('current', 1)],
  ['after the grace of its previous token', () => pass(2, rotated(undefined, 1))],
]

async function expectRefusal(attempt: (by: ManageOptions) => Promise<unknown>, actor: Actor): Promise<void> {
  const all = async () => [
    await world.snapshot(),
    await world.store.listAudit({ organizationId: neighbour.id, order: 'asc', limit: 100 }),
  ]
  const before = await all()
  await expect(attempt({ actor })).rejects.toMatchObject({ code: 'scope_exceeds_actor', field: 'actor' })
  expect(await all()).toEqual(before)
}

describe.each(Object.entries(verbs))('to %s a key', (_verb, attempt) => {
  it.each([foreign, elsewhere, ...dead])('a key %s is refused, and leaves no trace (MGMT-9)', async (_, prepare) => {
    await expectRefusal(attempt, await prepare())
  })

  it.each(outdated)('a key %s is refused, and leaves no trace (ROT-4)', async (_, prepare) => {
    await expectRefusal(attempt, await prepare())
  })

  it.each(live)('a key %s is allowed, and the record names it without its token (ROT-4)', async (_, prepare) => {
    const actor = await prepare()
    await attempt({ actor })
    const { log } = await world.snapshot()
    expect(log.at(-1)?.actor).toEqual({ type: 'key', id: actor.id })
  })
})

describe('to export the audit log', () => {
  const exportLog = async (by: ManageOptions): Promise<number> => {
    const query = { organizationId: organization.id, format: 'jsonl' } as const
    let lines = 0
    for await (const _line of world.keyring.audit.export(query, by)) lines += 1
    return lines
  }

  it.each([foreign, ...dead])('a key %s is refused, and leaves no trace (MGMT-9)', async (_, prepare) => {
    await expectRefusal(exportLog, await prepare())
  })

  it.each(outdated)('a key %s is refused, and leaves no trace (ROT-4)', async (_, prepare) => {
    await expectRefusal(exportLog, await prepare())
  })

  it.each(live)('a key %s is allowed, also where keys may not manage keys (AUD-9)', async (_, prepare) => {
    const actor = await prepare()
    const { store, clock } = world
    world = { ...openKeyring({ store, allowKeyManagement: false }), clock }
    const { log } = await world.snapshot()
    expect(await exportLog({ actor })).toBe(log.length + 1)
    const [exported] = (await world.snapshot()).log.slice(log.length)
    expect(exported).toMatchObject({ type: 'audit.exported', actor: { type: 'key', id: actor.id } })
    await expectRefusal(verbs.update, actor)
  })
})
