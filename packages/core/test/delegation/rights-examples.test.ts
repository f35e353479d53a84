import { testKeyring, testOwners } from '@keywright/testkit'
import { beforeEach, describe, expect, it } from 'vitest'
import { defineAccess } from '../../src/access/define-access.js'
import type { GrantsInput, SettingsInput } from '../../src/manage/key-input.js'
import type { Actor } from '../../src/values/owner.js'
import type { OwnerAuthority } from '../../src/verify/owner-authority.js'

const access = defineAccess({
  scopes: {
    'api_keys.create': 'Create API keys',
    'api_keys.manage_all': 'Manage the keys of others',
    'desk.lead': 'Lead the desk',
    'members.read': 'View members',
    'members.invite': 'Invite members',
    'billing.pay': { description: 'Spend money', sensitive: true },
  },
  presets: { 'read-only': ['*.read'] },
  roles: { inviter: ['members.read', 'members.invite'] },
})

type Given = GrantsInput<typeof access> & SettingsInput

const { organization } = testOwners
const start = new Date(Date.UTC(2040, 0, 1))
const hours = (count: number) => new Date(start.getTime() + count * 3_600_000)
const perMinute = (limit: number) => [{ limit, windowMs: 60_000 }]

const openWorld = (options: Partial<Parameters<typeof testKeyring<typeof access>>[0]> = {}) =>
  testKeyring({
    startAt: start,
    allowKeyManagement: true,
    rateLimits: { default: { limit: 10, windowMs: 60_000 } },
    ...options,
    access,
  })

let world: ReturnType<typeof openWorld>
beforeEach(() => {
  world = openWorld()
})

/** A key that the host's own code made. */
async function keyWith(given: Given): Promise<{ id: string; token: string; actor: Actor }> {
  const { key, token } = await world.keyring.create({ name: 'ci', owner: organization, ...given })
  return { id: key.id, token: token.reveal(), actor: { type: 'key', id: key.id } }
}

function userWith(authority: OwnerAuthority): Actor {
  world.authorities.set('u1', authority)
  return { type: 'user', id: 'u1' }
}

async function expectRefusal(field: string, attempt: () => Promise<unknown>): Promise<void> {
  const all = async () => [
    await world.store.list({ limit: 100 }),
    await world.store.listAudit({ organizationId: organization.id, order: 'asc', limit: 100 }),
  ]
  const before = await all()
  await expect(attempt()).rejects.toMatchObject({ code: 'scope_exceeds_actor', field })
  expect(await all()).toEqual(before)
}

describe.each<[string, Given, string]>([
  ['that expires in an hour', { expiresAt: hours(1) }, 'expiresAt'],
  ['bound to an address', { ipAllowList: ['192.0.2.7'] }, 'ipAllowList'],
  ['with a rate of 5 a minute', { rateLimits: perMinute(5) }, 'rateLimits'],
])('a key %s, as actor', (_, bound, field) => {
  const scopes = ['members.read'] as const
  const free = { expiresAt: null, ipAllowList: null, rateLimits: null }

  it('that gives its scopes to a sibling without that bound is refused (SCOPE-18)', async () => {
    const { actor } = await keyWith({ scopes, ...bound })
    const sibling = await keyWith(free)
    await expectRefusal(field, () => world.keyring.update(sibling.id, { scopes }, { actor }))
  })

  it('that creates a key with its scopes without that bound is refused (SCOPE-18)', async () => {
    const { actor } = await keyWith({ scopes, ...bound })
    const input = { name: 'new', owner: organization, scopes, ...free }
    await expectRefusal(field, () => world.keyring.create(input, { actor }))
    await world.keyring.create({ ...input, ...bound }, { actor })
  })

  it('that binds the sibling, gives it its scopes and frees it again is refused at the last step (SCOPE-18)', async () => {
    const { actor } = await keyWith({ scopes, ...bound })
    const sibling = await keyWith(free)
    await world.keyring.update(sibling.id, bound, { actor })
    await world.keyring.update(sibling.id, { scopes }, { actor })
    await expectRefusal(field, () => world.keyring.update(sibling.id, free, { actor }))
  })

  it('that frees itself is refused (SCOPE-18)', async () => {
    const { id, actor } = await keyWith({ scopes, ...bound })
    await expectRefusal(field, () => world.keyring.update(id, free, { actor }))
  })

  it('that enables a disabled key without that bound is refused (SCOPE-18)', async () => {
    const { actor } = await keyWith({ scopes, ...bound })
    const sibling = await keyWith({ scopes, ...free })
    await world.keyring.disable(sibling.id, {}, { actor })
    await expectRefusal(field, () => world.keyring.enable(sibling.id, { actor }))
  })
})

describe('a read-only key, as actor', () => {
  it('that enables a disabled key with all scopes is refused, and the token stays refused (SCOPE-18)', async () => {
    const { actor } = await keyWith({ preset: 'read-only' })
    const strong = await keyWith({ scopes: ['*'] })
    await world.keyring.disable(strong.id, {}, { actor })
    await expectRefusal('scopes', () => world.keyring.enable(strong.id, { actor }))
    expect(await world.verify(strong.token)).toBe('api_key_disabled')
  })

  it('that revives an expired key with all scopes is refused, and the token stays refused (SCOPE-18)', async () => {
    const { actor } = await keyWith({ preset: 'read-only' })
    const strong = await keyWith({ scopes: ['*'], expiresAt: hours(1) })
    world.clock.at = hours(2).getTime()
    for (const expiresAt of [hours(3), null]) {
      await expectRefusal('scopes', () => world.keyring.update(strong.id, { expiresAt }, { actor }))
    }
    expect(await world.verify(strong.token)).toBe('api_key_expired')
  })

  it('that lowers a revived key to what it reads itself is allowed (SCOPE-18)', async () => {
    const { actor } = await keyWith({ preset: 'read-only' })
    const strong = await keyWith({ scopes: ['*'], expiresAt: hours(1) })
    world.clock.at = hours(2).getTime()
    await world.keyring.update(strong.id, { scopes: ['members.read'], expiresAt: null }, { actor })
    expect(await world.verify(strong.token)).toBe('ok')
  })

  it('that enables a disabled key with no more than it reads is allowed (SCOPE-18)', async () => {
    const { actor } = await keyWith({ preset: 'read-only' })
    const weak = await keyWith({ scopes: ['members.read'] })
    await world.keyring.disable(weak.id, {}, { actor })
    await world.keyring.enable(weak.id, { actor })
    expect(await world.verify(weak.token)).toBe('ok')
  })
})

describe('the rate of another key', () => {
  const slow = { scopes: ['members.read'], rateLimits: perMinute(3) } as const

  it.each([
    ['raised above its own', perMinute(6)],
    ['raised by a smaller window', [{ limit: 1, windowMs: 1_000 }]],
    ['removed', null],
  ])('%s by a key with a rate is refused (SCOPE-18)', async (_, rateLimits) => {
    const { actor } = await keyWith({ scopes: ['*'], rateLimits: perMinute(5) })
    const { id } = await keyWith(slow)
    await expectRefusal('rateLimits', () => world.keyring.update(id, { rateLimits }, { actor }))
  })

  it('raised to its own by a key with a rate is allowed (SCOPE-18)', async () => {
    const { actor } = await keyWith({ scopes: ['*'], rateLimits: perMinute(5) })
    const { id } = await keyWith(slow)
    expect(await world.keyring.update(id, { rateLimits: perMinute(5) }, { actor })).toMatchObject({
      rateLimits: perMinute(5),
    })
  })

  it.each([
    ['raised', perMinute(6)],
    ['removed', null],
  ])('%s by a user without the scopes of that key is refused (SCOPE-18)', async (_, rateLimits) => {
    const actor = userWith({ scopes: ['api_keys.*'] })
    const { id } = await keyWith(slow)
    await expectRefusal('scopes', () => world.keyring.update(id, { rateLimits }, { actor }))
  })

  it('raised above that of a key without limits by a user with all scopes is refused (SCOPE-18)', async () => {
    const actor = userWith({ scopes: ['*'] })
    const { id } = await keyWith(slow)
    await expectRefusal('rateLimits', () => world.keyring.update(id, { rateLimits: perMinute(11) }, { actor }))
    await world.keyring.update(id, { rateLimits: null }, { actor })
  })
})

describe('the rate of a key under a shared limit', () => {
  const shared = { windowMs: 60_000, per: 'owner' } as const
  beforeEach(() => {
    world = openWorld({ rateLimits: { each: { limit: 10, windowMs: 60_000 }, person: { limit: 20, ...shared } } })
  })

  it.each([
    ['its own limit raised above that of each key', { rateLimits: perMinute(3) }, perMinute(11)],
    ['a limit of its own above that of each key', {}, perMinute(11)],
    ['a limit of its own as high as what is shared', {}, perMinute(20)],
  ])('%s by a user is refused (SCOPE-18, B8)', async (_, before, rateLimits) => {
    const actor = userWith({ scopes: ['*'] })
    const { id } = await keyWith({ scopes: ['members.read'], ...before })
    await expectRefusal('rateLimits', () => world.keyring.update(id, { rateLimits }, { actor }))
  })

  it('raised as far as each key goes is allowed, though it is more than what is shared leaves (SCOPE-18)', async () => {
    world = openWorld({ rateLimits: { person: { limit: 20, ...shared } } })
    const actor = userWith({ scopes: ['*'] })
    const { id } = await keyWith({ scopes: ['members.read'], rateLimits: perMinute(3) })
    // What is shared holds all the same: a limit beside it takes nothing away.
    expect(await world.keyring.update(id, { rateLimits: perMinute(500) }, { actor })).toMatchObject({
      rateLimits: perMinute(500),
    })
  })

  it('is a bound for what a key with a lower limit of its own gives (SCOPE-18)', async () => {
    const { actor } = await keyWith({ scopes: ['*'], rateLimits: perMinute(5) })
    const { id } = await keyWith({ scopes: ['members.read'], rateLimits: perMinute(3) })
    await expectRefusal('rateLimits', () => world.keyring.update(id, { rateLimits: null }, { actor }))
  })
})

describe('a role given to a key of the organization', () => {
  const give = async (actor: Actor) => world.keyring.update((await keyWith({})).id, { roles: ['inviter'] }, { actor })
  const create = (actor: Actor) =>
    world.keyring.create({ name: 'new', owner: organization, roles: ['inviter'] }, { actor })

  it.each<[string, OwnerAuthority]>([
    ['who has the role', { roles: ['inviter'] }],
    ['with all that it says and the right to manage', { scopes: ['members.*', 'api_keys.manage_all'] }],
  ])('by a user %s is allowed (SCOPE-14)', async (_, authority) => {
    const actor = userWith(authority)
    expect((await give(actor)).grants.roles).toEqual(['inviter'])
    expect((await create(actor)).key.grants.roles).toEqual(['inviter'])
  })

  it.each<[string, OwnerAuthority]>([
    ['with all that it says and no right to manage', { scopes: ['members.*'] }],
    ['with the right to manage and a part of what it says', { scopes: ['members.read', 'api_keys.manage_all'] }],
  ])('by a user %s is refused (SCOPE-14)', async (_, authority) => {
    const actor = userWith(authority)
    const { id } = await keyWith({})
    await expectRefusal('roles', () => world.keyring.update(id, { roles: ['inviter'] }, { actor }))
    await expectRefusal('roles', () => create(actor))
  })

  it('by a user with all that it says takes the scope of the option manageScope, no other (SCOPE-14)', async () => {
    world = openWorld({ manageScope: 'desk.lead' })
    await expectRefusal('roles', () => create(userWith({ scopes: ['members.*', 'api_keys.manage_all'] })))
    await create(userWith({ scopes: ['members.*', 'desk.lead'] }))
  })

  it('by a key follows the same four cases (SCOPE-14)', async () => {
    const rows: [Given, boolean][] = [
      [{ roles: ['inviter'] }, true],
      [{ scopes: ['members.*', 'api_keys.manage_all'] }, true],
      [{ scopes: ['members.*'] }, false],
      [{ scopes: ['members.read', 'api_keys.manage_all'] }, false],
    ]
    for (const [given, isAllowed] of rows) {
      const { actor } = await keyWith(given)
      if (isAllowed) await create(actor)
      else await expectRefusal('roles', () => create(actor))
    }
  })
})

describe('a narrower key', () => {
  const wide = {
    scopes: ['*', 'billing.pay'],
    roles: ['inviter'],
    expiresAt: hours(5),
    rateLimits: perMinute(100),
  } as const
  const narrowings: readonly [string, Given][] = [
    ['fewer scopes', { scopes: ['members.read'] }],
    ['no scopes and no roles', { scopes: [], roles: [] }],
    ['a sooner expiry', { expiresAt: hours(4) }],
    ['a list of addresses', { ipAllowList: ['192.0.2.0/24'] }],
    ['a lower rate', { rateLimits: perMinute(99) }],
    ['less of everything', { scopes: [], expiresAt: hours(1), ipAllowList: [], rateLimits: perMinute(1) }],
  ]
  const actors: readonly [string, () => Promise<Actor>][] = [
    ['a user without any scope', async () => userWith({ scopes: [] })],
    ['a key without any scope', async () => (await keyWith({ expiresAt: hours(1), ipAllowList: [] })).actor],
  ]

  it.each(actors.flatMap(([by, actor]) => narrowings.map(([to, change]) => [to, by, change, actor] as const)))(
    'with %s, by %s, is allowed (SCOPE-18)',
    async (_to, _by, change, makeActor) => {
      const actor = await makeActor()
      const { id } = await keyWith(wide)
      const { scopes, roles, ...settings } = change
      const grants = { ...(scopes && { scopes }), ...(roles && { roles }) }
      expect(await world.keyring.update(id, change, { actor })).toMatchObject({ ...settings, grants })
    },
  )

  it.each(actors)('that also grows in another dimension, by %s, is refused (SCOPE-18)', async (_, makeActor) => {
    const actor = await makeActor()
    const { id } = await keyWith(wide)
    for (const change of [
      { scopes: ['members.read'], expiresAt: null },
      { ipAllowList: ['192.0.2.7'], rateLimits: null, expiresAt: hours(6) },
      { expiresAt: hours(1), rateLimits: perMinute(101) },
    ] as const) {
      await expectRefusal('scopes', () => world.keyring.update(id, change, { actor }))
    }
  })

  it.each(actors)('is not widened again by %s (SCOPE-18)', async (_, makeActor) => {
    const actor = await makeActor()
    const { id } = await keyWith(wide)
    await world.keyring.update(id, { scopes: ['members.read'], roles: [] }, { actor })
    await expectRefusal('scopes', () => world.keyring.update(id, { scopes: ['members.*'] }, { actor }))
    await expectRefusal('roles', () => world.keyring.update(id, { roles: ['inviter'] }, { actor }))
  })
})
