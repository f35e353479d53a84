import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Actor, type GrantsInput, type Owner, type OwnerAuthority, ScopeExceedsActor } from '../../src/index.js'
import type { SettingsInput } from '../../src/service/create-input.js'
import { type access, hours, keyActor, openKeyring, organization, user, userActor } from './whole-key-setup.js'

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
    return (actor: Actor) => world.keyring.create({ like: key.id }, { actor })
  },
  'create like another, with more': async (owner: Owner, base: Given, given: Given) => {
    const { key } = await world.keyring.create({ name: 'ci', owner, ...base })
    return (actor: Actor) => world.keyring.create({ like: key.id, ...given }, { actor })
  },
  update: async (owner: Owner, base: Given, given: Given) => {
    const { key } = await world.keyring.create({ name: 'ci', owner, ...base })
    return (actor: Actor) => world.keyring.update(key.id, given, { actor })
  },
  rotate: async (owner: Owner, base: Given, given: Given) => {
    const { key } = await world.keyring.create({ name: 'ci', owner, ...base, ...given })
    return (actor: Actor) => world.keyring.rotate(key.id, { actor })
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
    [{ roles: ['reader', 'payer'] }, null], // covered by its scopes
    [{ roles: ['reader', 'inviter'] }, ['roles', ['inviter']]],
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
    [{ rateLimits: [{ limit: 1, windowMs: 1_000 }] }, ['rateLimits', ['more than 10 in 60000 ms']]],
  ])('a user gives a key of the organisation %j: %j', async (given, refused) => {
    world.members.set('u1', { scopes: ['members.read', 'billing.*'], levels: { board: { b1: 'edit', b2: 'read' } } })
    const attempt = await prepare(organization, {}, given)
    await expectOutcome(() => attempt(userActor('u1')), refused)
  })

  it.each<[OwnerAuthority, Given]>([
    [{ scopes: ['*'] }, { scopes: ['*', 'billing.pay'], roles: ['live'], resources: boards('edit') }],
    [{ roles: ['live', 'payer'] }, { roles: ['live'], scopes: ['members.read', 'billing.pay'] }],
    [{ levels: () => 'edit' }, { resources: board({ b1: 'edit', b9: 'edit' }) }],
  ])('a user with %j may give a key of the organisation %j', async (authority, given) => {
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
    [{ roles: ['reader', 'inviter', 'live'] }, null],
    [{ roles: ['payer'] }, ['roles', ['payer']]],
    [{ resources: { ...board({ b1: 'read' }), room: { mode: 'all', level: 'see' } } }, null],
    [{ resources: board({ b1: 'edit', b2: 'read' }) }, ['resources.board', ['b1: edit', 'b2: read']]],
    [{ resources: boards('read') }, ['resources.board', ['all: read']]],
    [{ resources: { room: { mode: 'all', level: 'enter' } } }, ['resources.room', ['all: enter']]],
    [{ expiresAt: hours(1), ipAllowList: ['192.0.2.7'], rateLimits: perMinute(4) }, null],
    [{ ipAllowList: [] }, null],
    [{ expiresAt: hours(3) }, ['expiresAt', [hours(3).toISOString()]]],
    [{ expiresAt: null }, ['expiresAt', ['never']]],
    [{ ipAllowList: ['192.0.2.7', '198.51.100.0/24'] }, ['ipAllowList', ['192.0.2.7', '198.51.100.0/24']]],
    [{ ipAllowList: null }, ['ipAllowList', ['any address']]],
    [{ rateLimits: perMinute(6) }, ['rateLimits', ['more than 5 in 60000 ms']]],
    [{ rateLimits: null }, ['rateLimits', ['more than 5 in 60000 ms']]],
  ]
  it.each(ofKey)('a key gives another of its owner %j: %j', async (given, refused) => {
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

  it("a key gives no more than its owner has now, and to another owner's key nothing that reaches further", async () => {
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
  ])('refuses %s, whatever it gives', async (_name, makeActor) => {
    const attempt = await prepare(organization, { scopes: ['members.read'] }, {})
    const actor = await makeActor()
    world.clock.now = hours(1)
    await expectOutcome(() => attempt(actor), ['actor', ['any right here']])
  })

  it('refuses any key where the host has not allowed keys to manage keys (MGMT-4)', async () => {
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

describe('a key of one’s own (T2)', () => {
  beforeEach(() => world.members.set('u1', { scopes: ['members.read'], levels: { board: { b1: 'read' } } }))

  it.each<Row>([
    [{ scopes: ['*', 'billing.*'], resources: boards('edit') }, null],
    [{ preset: 'read-only' }, null],
    [{ scopes: ['*', 'billing.pay'] }, ['scopes', ['billing.pay']]],
    [{ roles: ['reader'] }, null],
    [{ roles: ['payer'] }, ['roles', ['payer']]],
    [{ resources: board({ b1: 'edit' }) }, ['resources.board', ['b1: edit']]],
  ])('may hold %j: %j', async (given, refused) => {
    const attempt = await verbs.create(user('u1'), {}, given)
    await expectOutcome(() => attempt(userActor('u1')), refused)
    await expectOutcome(() => attempt(userActor('u2')), ['actor', ['any right here']])
  })

  it('means by a wildcard what its owner has at the time', async () => {
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

  it('is renewed by its owner, and by itself, after a right was lost; not by others', async () => {
    const { key } = await world.keyring.create({ name: 'ci', owner: user('u1'), scopes: ['members.invite'] })
    await world.keyring.rotate(key.id, { actor: userActor('u1') })
    await world.keyring.rotate(key.id, { actor: keyActor(key.id) })
    world.members.set('u2', { scopes: ['members.read'] })
    await expectOutcome(() => world.keyring.rotate(key.id, { actor: userActor('u2') }), ['scopes', ['members.invite']])
    world.members.delete('u1')
    for (const actor of [userActor('u1'), keyActor(key.id)]) {
      await expectOutcome(() => world.keyring.rotate(key.id, { actor }), ['actor', ['any right here']])
    }
  })
})

describe('of a change, only what it adds counts', () => {
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
    [{ expiresAt: hours(6) }, ['expiresAt', [hours(6).toISOString()]]],
    [{ expiresAt: null }, ['expiresAt', ['never']]],
    [{ ipAllowList: ['192.0.2.0/23'] }, ['ipAllowList', ['192.0.2.0/23']]],
    [{ rateLimits: perMinute(101) }, ['rateLimits', ['more than 1 in 60000 ms']]],
  ])('a weak key makes %j of a strong one: %j', async (changes, refused) => {
    const weak = await keyOf({ scopes: [], expiresAt: hours(1), ipAllowList: [], rateLimits: perMinute(1) })
    const { key } = await world.keyring.create({ name: 'ci', owner: organization, ...strong })
    await expectOutcome(() => world.keyring.update(key.id, changes, { actor: weak }), refused)
  })

  it('a key gives itself nothing', async () => {
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

it('the host’s own code has no bounds, and a pattern that the host misspelt is nobody’s right', async () => {
  const given = { scopes: ['*', 'billing.pay'], roles: ['live'], resources: boards('edit') } as const
  await world.keyring.create({ name: 'ci', owner: organization, ...given })
  await world.keyring.create({ name: 'ci', owner: organization, ...given }, { actor: { type: 'system', id: 'cron' } })
  world.members.set('u1', { scopes: ['Members.Read', 'billing.read'] })
  const asked = (scope: 'members.read' | 'billing.read') =>
    world.keyring.create({ name: 'ci', owner: organization, scopes: [scope] }, { actor: userActor('u1') })
  await asked('billing.read')
  await expectOutcome(() => asked('members.read'), ['scopes', ['members.read']])
})
