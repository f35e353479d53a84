import { describe, expect, it } from 'vitest'
import { open } from './setup.js'

const start = Date.UTC(2040, 0, 1)
const hours = (count: number) => new Date(start + count * 3_600_000)
const later = hours(48).toISOString()
const addresses = ['192.0.2.7', '198.51.100.1', '2001:db8::1']
const manageOnly = ['api_keys.read', 'api_keys.create', 'api_keys.revoke', 'api_keys.manage_all']

/** mia may manage the keys of others, and nothing else; the key of the organization may spend money, for an hour, from one address. */
async function opened(scopes: readonly string[] = manageOnly) {
  const time = { at: start }
  const product = open({
    clock: { now: () => new Date(time.at) },
    rateLimits: { default: { limit: 10, windowMs: 60_000 } },
  })
  const { keyring, org, people, send, dump } = product
  people[org] = { ...people[org], mia: scopes }
  const { key, token } = await keyring.create({
    name: 'payments',
    owner: { type: 'organization', id: org },
    scopes: ['billing.manage'],
    expiresAt: hours(1),
    ipAllowList: ['192.0.2.7'],
    rateLimits: [{ limit: 5, windowMs: 60_000 }],
  })
  const passesFrom = async () => {
    const verdicts = await Promise.all(
      addresses.map(async (ip) => [ip, await keyring.verify(token.reveal(), { ip, cost: 0 })] as const),
    )
    return verdicts.filter(([, { ok }]) => ok).map(([ip]) => ip)
  }
  const expectRefusal = async (request: string, body: object | undefined, field: string) => {
    const before = await dump()
    expect(await send(request.replace(':id', key.id), { body })).toMatchObject({
      status: 403,
      body: { code: 'scope_exceeds_actor', errors: [{ pointer: `/${field}`, code: 'exceeds' }] },
    })
    expect(await dump()).toBe(before)
  }
  return { ...product, time, id: key.id, passesFrom, expectRefusal }
}

describe('a caller with only the scopes to manage keys, and a key that can do more', () => {
  it.each([
    ['its addresses and its expiry', { ip_allow_list: null, expires_at: null }],
    ['its addresses', { ip_allow_list: null }],
    ['its addresses, one more', { ip_allow_list: ['192.0.2.7', '198.51.100.1'] }],
    ['its expiry', { expires_at: null }],
    ['its expiry, to a later one', { expires_at: later }],
    ['its expiry, with fewer addresses', { expires_at: later, ip_allow_list: [] }],
  ])('lifts %s once it has expired: answers 403, and the token passes from nowhere (SCOPE-18)', async (_, body) => {
    const { time, passesFrom, expectRefusal } = await opened()
    expect(await passesFrom()).toEqual(['192.0.2.7'])
    time.at = hours(2).getTime()
    await expectRefusal('PATCH /:id', body, 'scopes')
    expect(await passesFrom()).toEqual([])
  })

  it.each([
    ['its addresses', { ip_allow_list: null }],
    ['its expiry', { expires_at: null }],
    ['its rate', { rate_limits: null }],
    ['its rate, to a higher one', { rate_limits: [{ limit: 6, window_ms: 60_000 }] }],
  ])('lifts %s while it is live: answers 403, and the token passes from where it did (SCOPE-18)', async (_, body) => {
    const { passesFrom, expectRefusal } = await opened()
    await expectRefusal('PATCH /:id', body, 'scopes')
    expect(await passesFrom()).toEqual(['192.0.2.7'])
  })

  it('enables it while it is disabled, or rotates it: answers 403 (SCOPE-18)', async () => {
    const { keyring, id, passesFrom, expectRefusal } = await opened()
    await expectRefusal('POST /:id/rotate', undefined, 'scopes')
    await keyring.disable(id)
    await expectRefusal('POST /:id/enable', undefined, 'scopes')
    expect(await passesFrom()).toEqual([])
  })

  it('makes another like it: answers 403 (SCOPE-18)', async () => {
    const { id, expectRefusal } = await opened()
    await expectRefusal('POST /', { copy_from: id, name: 'copy' }, 'scopes')
  })

  it.each([
    ['fewer scopes', { scopes: [] }],
    ['a sooner expiry', { expires_at: hours(0.5).toISOString() }],
    ['no address', { ip_allow_list: [] }],
    ['a lower rate', { rate_limits: [{ limit: 4, window_ms: 60_000 }] }],
  ])('narrows it to %s: answers 200 (SCOPE-18)', async (_, body) => {
    const { send, id } = await opened()
    expect(await send(`PATCH /${id}`, { body })).toMatchObject({ status: 200, body })
  })
})

describe('a caller who has the scope of the key as well', () => {
  it('lifts its addresses and its expiry once it has expired: answers 200, and the token passes (SCOPE-18)', async () => {
    const { send, time, id, passesFrom } = await opened([...manageOnly, 'billing.manage'])
    time.at = hours(2).getTime()
    expect((await send(`PATCH /${id}`, { body: { ip_allow_list: null, expires_at: null } })).status).toBe(200)
    expect(await passesFrom()).toEqual(addresses)
  })
})

describe('a role given to a key of the organization', () => {
  const body = { name: 'planner', for: 'organization', roles: ['planner'] }

  it('by a caller with all that it says and the right to manage: answers 201 (SCOPE-14)', async () => {
    const { send } = await opened([...manageOnly, 'members.read'])
    expect((await send('POST /', { body })).body).toMatchObject({ roles: ['planner'] })
  })

  it('by a caller with the right to manage alone: answers 403 (SCOPE-14)', async () => {
    const { expectRefusal } = await opened()
    await expectRefusal('POST /', body, 'roles')
    await expectRefusal('PATCH /:id', { roles: ['planner'] }, 'roles')
  })
})

describe('an API key as the caller, in grace of a rotation', () => {
  it.each([
    ['its previous token', { token: 'previous' }],
    ['a token that nobody names', {}],
  ] as const)('with %s renames itself: answers 403, and nothing changes (ROT-4)', async (_, named) => {
    const as = { id: '' }
    const { create, send, keyring, dump } = open({
      allowKeyManagement: true,
      api: {
        allowKeys: true,
        authenticate: ({ headers }) => ({
          actor: headers.has('cookie') ? { type: 'user', id: 'ada' } : { type: 'key', id: as.id, ...named },
          authority: { scopes: ['*'] },
          ambient: false,
        }),
      },
    })
    as.id = (await create('ada', { name: 'robot', scopes: ['*'] })).id
    const rename = () => send(`PATCH /${as.id}`, { as: null, body: { name: 'renamed' } })
    await keyring.rotate(as.id, { graceMs: 60_000 })
    const before = await dump()
    expect(await rename()).toMatchObject({ status: 403, body: { code: 'scope_exceeds_actor', errors: [] } })
    expect(await dump()).toBe(before)
  })
})
