import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { ScopeExceedsActor } from '../../src/errors/refusal-errors.js'
import type { GrantsInput, SettingsInput } from '../../src/manage/key-input.js'
import type { Actor, Owner } from '../../src/values/owner.js'
import type { OwnerAuthority } from '../../src/verify/owner-authority.js'

import { type access, hours, keyActor, openKeyring, organization, user, userActor } from '../support/whole-key-setup.js'

type Given = GrantsInput<typeof access> & SettingsInput

const board = (levels: Record<string, 'read' | 'edit'>) => ({ board: { mode: 'specific', levels } }) as const
const boards = (level: 'read' | 'edit') => ({ board: { mode: 'all', level } }) as const
const perMinute = (limit: number) => [{ limit, windowMs: 60_000 }]

let world: ReturnType<typeof openKeyring>
beforeEach(() => {
  world = openKeyring({
    allowKeyManagement: true,
    imports: {},
    rateLimits: { default: { limit: 10, windowMs: 60_000 } },
  })
})

/** Each way to a key with `given` on top of `base`: what the host's own code does first, and what is left to the actor. */
const verbs = {
  create: async (owner: Owner, base: Given, given: Given) => (actor: Actor) =>
    world.keyring.create({ name: 'ci', owner, ...base, ...given }, { actor }),

  'create like another': async (owner: Owner, base: Given, given: Given) => {
    const { key } = await world.keyring.create({ name: 'ci', owner, ...base, ...given })
    return (actor: Actor) => world.keyring.create({ copyFrom: key.id }, { actor })
  },
  'create like another, with more': async (owner: Owner, base: Given, given: Given) => {
    const { key } = await world.keyring.create({ name: 'ci', owner, ...base })
    return (actor: Actor) => world.keyring.create({ copyFrom: key.id, ...given }, { actor })
  },
  update: async (owner: Owner, base: Given, given: Given) => {
    const { key } = await world.keyring.create({ name: 'ci', owner, ...base })
    return (actor: Actor) => world.keyring.update(key.id, given, { actor })
  },
  rotate: async (owner: Owner, base: Given, given: Given) => {
    const { key } = await world.keyring.create({ name: 'ci', owner, ...base, ...given })
    return (actor: Actor) => world.keyring.rotate(key.id, {}, { actor })
  },
  import: async (owner: Owner, base: Given, given: Given) => (actor: Actor) => {
    const secret = { format: 'sha256-hex', hash: randomBytes(32).toString('hex') } as const
    return world.keyring.import({ name: 'ci', owner, ...base, ...given, secret, entropyBits: 128 }, { actor })
  },
}

async function expectOutcome(attempt: () => Promise<unknown>, refused: Refused): Promise<void> {
  if (refused === null) {
    await attempt()
    return
  }
  const before = await world.snapshot()
  const error: unknown = await attempt().then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(ScopeExceedsActor)
  expect(error).toMatchObject({ code: 'scope_exceeds_actor', field: refused[0], exceeding: refused[1] })
  expect((error as Error).message).toContain(refused[0])
  expect(await world.snapshot()).toEqual(before)
}

/** The field that is too much, and what of it; `null`: nothing. */
type Refused = readonly [field: string, exceeding: readonly string[]] | null
type Row = readonly [given: Given, refused: Refused]

describe.each(Object.entries(verbs))('SCOPE-14: %s', (_verb, prepare) => {
  it.each<Row>([
    [{}, null],
    [{ scopes: ['members.read'] }, null],
    [{ scopes: ['members.read', 'members.invite'] }, ['scopes', ['members.invite']]],
    [{ scopes: ['billing.*'] }, null],
    [{ scopes: ['billing.pay', 'billing.manage'] }, null], // an owner's wildcard covers what is sensitive
    [{ scopes: ['members.*'] }, ['scopes', ['members.*']]],
    [{ scopes: ['*', 'billing.read'] }, ['scopes', ['*']]],
    [{ preset: 'read-only' }, ['scopes', ['*.read']]], // also the names that are still to come
    [{ roles: ['reader', 'payer'] }, ['roles', ['reader', 'payer']]], // a role may say more tomorrow
    [{ roles: ['live'] }, ['roles', ['live']]], // what it gives tomorrow, nobody knows
    [{ resources: board({ b1: 'edit', b2: 'read' }) }, null],
    [{ resources: board({ b1: 'edit', b2: 'edit', b9: 'read' }) }, ['resources.board', ['b2: edit', 'b9: read']]],
    [{ resources: boards('read') }, ['resources.board', ['all: read']]],
    [{ resources: { room: { mode: 'all', level: 'see' } } }, ['resources.room', ['all: see']]], // though it has no scopes
    [
      { resources: board(Object.fromEntries([['toString', 'read' as const]])) },
      ['resources.board', ['toString: read']],
    ],
    [{ expiresAt: hours(1), ipAllowList: ['192.0.2.0/24'], rateLimits: perMinute(10) }, null],
    [{ rateLimits: perMinute(11) }, ['rateLimits', ['more than 10 in 60000 ms']]],
    [{ rateLimits: [{ limit: 1, windowMs: 1_000 }] }, ['rateLimits', ['more than 10 in 60000 ms']]], // 60 in a minute
    [{ rateLimits: [{ limit: 1, windowMs: 10_000 }] }, null], // 6 in a minute
  ])('a user gives %j to a key of the organisation (refused: %j)', async (given, refused) => {
    world.members.set('u1', { scopes: ['members.read', 'billing.*'], levels: { board: { b1: 'edit', b2: 'read' } } })
    const attempt = await prepare(organization, {}, given)
    await expectOutcome(() => attempt(userActor('u1')), refused)
  })

  it.each<[OwnerAuthority, Given]>([
    [{ scopes: ['*'] }, { scopes: ['*', 'billing.pay'], roles: ['live'], resources: boards('edit') }],
    [{ roles: ['live', 'payer'] }, { roles: ['live'], scopes: ['members.read', 'billing.pay'] }],
    [{ levels: () => 'edit' }, { resources: board({ b1: 'edit', b9: 'edit' }) }],
  ])('a user with %j gives %j to a key of the organisation', async (authority, given) => {
    world.members.set('u1', authority)
    await (await prepare(organization, {}, given))(userActor('u1'))
  })

  const limits = { expiresAt: hours(2), ipAllowList: ['192.0.2.0/24'], rateLimits: perMinute(5) }
  const ofKey: readonly Row[] = [
    [{}, null],
    [{ scopes: ['members.read', 'members.*', 'billing.*', 'billing.read'] }, null],
    [{ scopes: ['billing.pay'] }, ['scopes', ['billing.pay']]], // its own wildcard does not cover what is sensitive
    [{ scopes: ['billing.manage'] }, ['scopes', ['billing.manage']]], // named, it would bring the sensitive one along
    [{ scopes: ['*.read'] }, ['scopes', ['*.read']]],
    [{ roles: ['live'] }, null],
    [{ roles: ['reader', 'inviter', 'live'] }, ['roles', ['reader', 'inviter']]],
    [{ roles: ['payer'] }, ['roles', ['payer']]],
    [{ resources: { ...board({ b1: 'read' }), room: { mode: 'all', level: 'see' } } }, null],
    [{ resources: board({ b1: 'edit', b2: 'read' }) }, ['resources.board', ['b1: edit', 'b2: read']]],
    [{ resources: boards('read') }, ['resources.board', ['all: read']]],
    [{ resources: { room: { mode: 'all', level: 'enter' } } }, ['resources.room', ['all: enter']]],
    [{ expiresAt: hours(1), ipAllowList: ['192.0.2.7'], rateLimits: perMinute(4) }, null],
    [{ ipAllowList: [] }, null],
    [{ expiresAt: hours(3) }, ['expiresAt', [hours(3).toISOString()]]],
    [{ expiresAt: null }, ['expiresAt', ['never']]],
    [{ ipAllowList: ['192.0.2.7', '198.51.100.0/24'] }, ['ipAllowList', ['198.51.100.0/24']]],
    [{ ipAllowList: null }, ['ipAllowList', ['any address']]],
    [{ rateLimits: perMinute(6) }, ['rateLimits', ['more than 5 in 60000 ms']]],
    [{ rateLimits: null }, ['rateLimits', ['more than 5 in 60000 ms']]],
  ]
  it.each(ofKey)('a key gives %j to another key of its owner (refused: %j)', async (given, refused) => {
    const { key } = await world.keyring.create({
      name: 'manager',
      owner: organization,
      scopes: ['members.*', 'billing.*'],
      roles: ['live'],
      resources: { ...board({ b1: 'read' }), room: { mode: 'all', level: 'see' } },
      ...limits,
    })
    const attempt = await prepare(organization, limits, given)
    await expectOutcome(() => attempt(keyActor(key.id)), refused)
  })

  it('a key gives no more than its owner has now, also to a key of another owner', async () => {
    const given = { scopes: ['*'], resources: boards('edit') } as const
    world.members.set('u1', { scopes: ['members.read'], levels: () => 'read' })
    const { key } = await world.keyring.create({ name: 'manager', owner: user('u1'), ...given })
    const manager = keyActor(key.id)
    const rows: [Owner, Given, Refused][] = [
      [user('u1'), { scopes: ['members.read'], resources: boards('edit') }, null], // capped alike
      [user('u1'), { scopes: ['members.*'] }, ['scopes', ['members.*']]],
      [organization, { resources: board({ b1: 'read' }) }, null],
      [organization, { resources: board({ b1: 'edit' }) }, ['resources.board', ['b1: edit']]],
      [organization, { resources: boards('read') }, ['resources.board', ['all: read']]],
    ]
    for (const [owner, more, refused] of rows) {
      const attempt = await prepare(owner, {}, more)
      await expectOutcome(() => attempt(manager), refused)
    }
  })

  it.each<[string, () => Actor | Promise<Actor>]>([
    ['a user who is no member', () => userActor('stranger')],
    ['a key that does not exist', () => keyActor('nothing')],
    ['a key whose owner is suspended', () => keyOf({}, user('suspended'))],
    ['a key of another organisation', () => keyOf({}, { type: 'organization', id: 'org2' })],
    ['a key of another environment', () => keyOf({}, organization, 'test')],
    ['an expired key', () => keyOf({ expiresAt: hours(0.5) })],
    ...(['disable', 'revoke', 'delete'] as const).map((verb): [string, () => Promise<Actor>] => [
      `a key after ${verb}`,
      async () => {
        const actor = await keyOf({})
        await world.keyring[verb](actor.id)
        return actor
      },
    ]),
  ])('refuses %s, for any grants', async (_name, makeActor) => {
    const attempt = await prepare(organization, { scopes: ['members.read'] }, { scopes: ['members.invite'] })
    const actor = await makeActor()
    world.clock.at = hours(1).getTime()
    await expectOutcome(() => attempt(actor), ['actor', ['any right here']])
  })

  it('refuses every key when the host has not let keys manage keys (MGMT-4)', async () => {
    const open = world
    world = openKeyring({ store: open.store, imports: {} })
    const attempt = await prepare(organization, { scopes: ['members.read'] }, {})
    const actor = await keyOf({ scopes: ['*'] })
    await expectOutcome(() => attempt(actor), ['actor', ['the management of keys']])
    const probe = () => world.keyring.update('nothing', { name: 'x' }, { actor }) // tells nothing of what is there
    await expectOutcome(probe, ['actor', ['the management of keys']])
  })
})

async function keyOf(given: Given, owner: Owner = organization, environment = 'live'): Promise<Actor> {
  const { key } = await world.keyring.create({ name: 'manager', owner, environment, scopes: ['*'], ...given })
  return keyActor(key.id)
}

describe("a user's own key (T2)", () => {
  beforeEach(() => world.members.set('u1', { scopes: ['members.read'], levels: { board: { b1: 'read' } } }))

  it.each<Row>([
    [{ scopes: ['*', 'billing.*'], resources: boards('edit') }, null],
    [{ preset: 'read-only' }, null],
    [{ scopes: ['*', 'billing.pay'] }, ['scopes', ['billing.pay']]],
    [{ roles: ['reader'] }, null],
    [{ roles: ['payer'] }, ['roles', ['payer']]],
    [{ resources: board({ b1: 'edit' }) }, ['resources.board', ['b1: edit']]],
  ])('may hold %j (refused: %j)', async (given, refused) => {
    const attempt = await verbs.create(user('u1'), {}, given)
    await expectOutcome(() => attempt(userActor('u1')), refused)
    await expectOutcome(() => attempt(userActor('u2')), ['actor', ['any right here']])
  })

  it('means by a wildcard whatever its owner has at the time', async () => {
    const given = { scopes: ['*'], resources: boards('edit') } as const
    const input = { name: 'ci', owner: user('u1'), ...given }
    const { token } = await world.keyring.create(input, { actor: userActor('u1') })
    const rights = async () => {
      const verdict = await world.keyring.verify(token.reveal(), { cost: 0 })
      return verdict.ok && [verdict.principal.scopes, await verdict.principal.levelOn('board', 'b1')]
    }
    expect(await rights()).toEqual([['members.read'], 'read'])
    world.members.set('u1', { scopes: ['billing.*'], levels: () => 'edit' })
    expect(await rights()).toEqual([['billing.read', 'billing.manage'], 'edit'])
  })

  it('can be rotated by its owner and by itself after a right was lost, but not by others', async () => {
    const { key } = await world.keyring.create({ name: 'ci', owner: user('u1'), scopes: ['members.invite'] })
    await world.keyring.rotate(key.id, {}, { actor: userActor('u1') })
    await world.keyring.rotate(key.id, {}, { actor: keyActor(key.id) })
    world.members.set('u2', { scopes: ['members.read'] })
    await expectOutcome(
      () => world.keyring.rotate(key.id, {}, { actor: userActor('u2') }),
      ['scopes', ['members.invite']],
    )
    world.members.delete('u1')
    for (const actor of [userActor('u1'), keyActor(key.id)]) {
      await expectOutcome(() => world.keyring.rotate(key.id, {}, { actor }), ['actor', ['any right here']])
    }
  })
})

describe('a change of a key', () => {
  const strong = {
    scopes: ['members.*', 'billing.*'],
    roles: ['inviter', 'live'],
    resources: { ...boards('edit'), room: { mode: 'specific', levels: { r1: 'enter' } } },
    expiresAt: hours(5),
    ipAllowList: ['192.0.2.0/24'],
    rateLimits: perMinute(100),
  } as const

  it.each<readonly [Given & { name?: string }, Refused]>([
    [{ name: 'renamed', description: 'new', metadata: { team: 'a' } }, null],
    [{ scopes: [], roles: [], resources: {} }, null],
    [{ scopes: ['members.invite', 'billing.read'], roles: ['live'] }, null], // within what it had
    [{ resources: boards('read') }, null],
    [{ resources: board({ b1: 'edit', b9: 'read' }) }, null],
    [{ expiresAt: hours(4), ipAllowList: ['192.0.2.7'], rateLimits: perMinute(50) }, null],
    [{ scopes: ['members.*', 'billing.*', 'billing.pay'] }, ['scopes', ['billing.pay']]], // a wildcard had not given it
    [{ scopes: ['*'] }, ['scopes', ['*']]],
    [{ roles: ['payer'] }, ['roles', ['payer']]],
    [{ resources: { room: { mode: 'all', level: 'see' } } }, ['resources.room', ['all: see']]],
    [
      { resources: { room: { mode: 'specific', levels: { r1: 'enter', r2: 'see' } } } },
      ['resources.room', ['r2: see']],
    ],
    // Later, from elsewhere or more often: then all that it may do reaches further than before.
    [{ expiresAt: hours(6) }, ['scopes', ['members.*', 'billing.*']]],
    [{ expiresAt: null }, ['scopes', ['members.*', 'billing.*']]],
    [{ ipAllowList: ['192.0.2.0/23'] }, ['scopes', ['members.*', 'billing.*']]],
    [{ rateLimits: perMinute(101) }, ['scopes', ['members.*', 'billing.*']]],
    [{ rateLimits: [{ limit: 1, windowMs: 1_000 }] }, null], // 60 in a minute: stricter than 100
  ])('by a weaker key to %j is judged by what it adds (refused: %j)', async (changes, refused) => {
    const weak = await keyOf({ scopes: [], expiresAt: hours(1), ipAllowList: [], rateLimits: perMinute(1) })
    const { key } = await world.keyring.create({ name: 'ci', owner: organization, ...strong })
    await expectOutcome(() => world.keyring.update(key.id, changes, { actor: weak }), refused)
  })

  it('by the key itself gives it nothing new', async () => {
    const given = {
      scopes: ['members.read'],
      expiresAt: hours(1),
      ipAllowList: ['192.0.2.7'],
      rateLimits: perMinute(5),
    }
    const actor = await keyOf(given as Given)
    const rows: [Given, string][] = [
      [{ scopes: ['members.read', 'billing.read'] }, 'scopes'],
      [{ expiresAt: null }, 'expiresAt'],
      [{ ipAllowList: null }, 'ipAllowList'],
      [{ rateLimits: null }, 'rateLimits'],
    ]
    for (const [changes, field] of rows) {
      await expect(world.keyring.update(actor.id, changes, { actor })).rejects.toMatchObject({ field })
    }
    await world.keyring.update(actor.id, { scopes: [], expiresAt: hours(0.5) }, { actor })
  })
})

it("the host's own code delegates without bounds, and a misspelt pattern of the host gives nobody a right", async () => {
  const given = { scopes: ['*', 'billing.pay'], roles: ['live'], resources: boards('edit') } as const
  await world.keyring.create({ name: 'ci', owner: organization, ...given })
  await world.keyring.create({ name: 'ci', owner: organization, ...given }, { actor: { type: 'system', id: 'cron' } })
  world.members.set('u1', { scopes: ['Members.Read', 'billing.read'] })
  const asked = (scope: 'members.read' | 'billing.read') =>
    world.keyring.create({ name: 'ci', owner: organization, scopes: [scope] }, { actor: userActor('u1') })
  await asked('billing.read')
  await expectOutcome(() => asked('members.read'), ['scopes', ['members.read']])
})
