import { inputLimits } from '@keywright/core/adapter'
import { describe, expect, it } from 'vitest'
import { everything, open, ownKeys } from './setup.js'

interface Offer {
  readonly name: string
  readonly grantable: boolean
}

/** Creates a key with each thing that the catalog offers; returns what is accepted, and what is refused for the caller's rights. */
async function tried(product: ReturnType<typeof open>, as: string) {
  const { send } = product
  const { body: catalog } = await send('GET /catalog', { as })
  const statusOf = async (settings: object) => (await send('POST /', { as, body: { name: 'x', ...settings } })).status
  const offers: (readonly [Offer, object])[] = [
    ...catalog.scopes.map((offer: Offer) => [offer, { scopes: [offer.name] }]),
    ...catalog.presets.map((offer: Offer) => [offer, { preset: offer.name }]),
    ...catalog.roles.map((offer: Offer) => [offer, { roles: [offer.name] }]),
  ]
  const found = await Promise.all(
    offers.map(async ([{ name, grantable }, settings]) => ({ name, grantable, status: await statusOf(settings) })),
  )
  return { catalog, found, statusOf }
}

describe('the catalog (MGMT-12)', () => {
  it.each<[string, readonly string[]]>([
    ['everything', everything],
    ['the scopes to manage their own keys', ownKeys],
    ['one scope that a preset and a role give', ['api_keys.create', 'members.read']],
    ['a sensitive scope', ['api_keys.create', 'billing.manage']],
    ['no scope but to create keys', ['api_keys.create']],
  ])('says of each offer what a creation says to a caller with %s', async (_, scopes) => {
    const product = open()
    product.people[product.org] = { mia: scopes }
    const { catalog, found } = await tried(product, 'mia')
    expect(found).toHaveLength(catalog.scopes.length + 2)
    expect(found.filter(({ grantable, status }) => status !== (grantable ? 201 : 403))).toEqual([])
  })

  it('offers a key what it may give itself, and how long', async () => {
    const product = open({ allowKeyManagement: true, api: { allowKeys: true } })
    const body = { name: 'robot', scopes: ['api_keys.create', 'members.read'], expires_at: '2090-01-01T00:00:00.000Z' }
    const robot = `key:${(await product.create('ada', body)).id}`
    const { body: catalog } = await product.send('GET /catalog', { as: robot })
    expect(catalog.limits.expires_at).toEqual({ latest: body.expires_at, may_be_null: false })
    const given = catalog.scopes.filter(({ grantable }: Offer) => grantable).map(({ name }: Offer) => name)
    expect(given).toEqual(['api_keys.create', 'members.read'])
    const create = (settings: object) => product.send('POST /', { as: robot, body: { name: 'x', ...settings } })
    expect((await create({ scopes: given, expires_at: body.expires_at })).status).toBe(201)
    expect((await create({ scopes: given })).status).toBe(403)
  })

  it('says to a limited key within which addresses and rates it makes others', async () => {
    const product = open({ allowKeyManagement: true, api: { allowKeys: true } })
    const limits = { ip_allow_list: ['10.0.0.0/8'], rate_limits: [{ limit: 5, window_ms: 60_000 }] }
    const made = await product.create('ada', { name: 'robot', scopes: ['api_keys.create'], ...limits })
    const { body: catalog } = await product.send('GET /catalog', { as: `key:${made.id}` })
    expect(catalog.limits.ip_allow_list.within).toEqual(limits.ip_allow_list)
    expect(catalog.limits.rate_limits.within).toEqual(limits.rate_limits)
    const create = (settings: object) =>
      product.send('POST /', { as: `key:${made.id}`, body: { name: 'x', ...settings } })
    expect((await create({})).status).toBe(403)
    expect((await create(limits)).status).toBe(201)
    const { body: ofAda } = await product.send('GET /catalog', { as: 'ada' })
    expect([ofAda.limits.ip_allow_list.within, ofAda.limits.rate_limits.within]).toEqual([null, null])
  })

  it('offers nothing to a caller who may create no keys', async () => {
    const product = open()
    product.people[product.org] = { mia: ['members.*', 'api_keys.read'] }
    const { body } = await product.send('GET /catalog')
    const offers: Offer[] = [...body.scopes, ...body.presets, ...body.roles]
    expect(offers.filter(({ grantable }) => grantable)).toEqual([])
  })

  it('has no scope of a resource among the global ones, and says what levels, roles and presets give', async () => {
    const { send } = open()
    const { body } = await send('GET /catalog')
    expect(body.scopes.map(({ name }: Offer) => name)).not.toContain('tasks.read')
    const read = { name: 'tasks.read', description: 'View tasks', sensitive: false }
    expect(body.resources).toEqual([
      {
        type: 'board',
        levels: [
          { name: 'read', scopes: [read] },
          { name: 'edit', scopes: [read, { name: 'tasks.move', description: 'Move tasks', sensitive: false }] },
        ],
      },
    ])
    expect(body.roles).toEqual([{ name: 'planner', scopes: ['members.read'], grantable: true }])
    expect(body.presets).toEqual([{ name: 'people', scopes: ['members.read', 'members.invite'], grantable: true }])
  })

  const levelsOf = (_: string, ids: readonly string[]) => Object.fromEntries(ids.map((id) => [id, 'edit']))

  it('has the limits that a creation keeps', async () => {
    const { catalog, statusOf } = await tried(open({ resolveOwner: () => ({ scopes: ['*'], levelsOf }) }), 'ada')
    const { limits } = catalog
    expect(limits).toMatchObject({
      name: { minimum: 1, maximum: inputLimits.name.most },
      expires_at: { latest: '9999-12-31T23:59:59.999Z', may_be_null: true },
    })
    const windows = (count: number) =>
      Array.from({ length: count }, (_, at) => ({ limit: 9, window_ms: (at + 1) * 1_000 }))
    const addresses = (count: number) => Array.from({ length: count }, (_, at) => `10.0.0.${at}`)
    const roles = (count: number) => Array.from({ length: count }, () => 'planner')
    const scopes = (count: number) => Array.from({ length: count }, () => 'members.read')
    const board = (count: number) => ({
      board: {
        mode: 'specific',
        levels: Object.fromEntries(Array.from({ length: count }, (_, at) => [`b${at}`, 'read'])),
      },
    })
    const rate = (limit: number, window_ms: number) => ({ rate_limits: [{ limit, window_ms }] })
    const sizes: [{ minimum: number; maximum: number }, (size: number) => object][] = [
      [limits.name, (size) => ({ name: 'x'.repeat(size) })],
      [limits.description, (size) => ({ description: 'x'.repeat(size) })],
      [limits.tags, (size) => ({ tags: Array.from({ length: size }, (_, at) => `tag ${at}`) })],
      [limits.tag, (size) => ({ tags: ['x'.repeat(size)] })],
      [limits.scopes, (size) => ({ scopes: scopes(size) })],
      [limits.roles, (size) => ({ roles: roles(size) })],
      [limits.resources, (size) => ({ resources: board(size) })],
      [limits.ip_allow_list, (size) => ({ ip_allow_list: addresses(size) })],
      [limits.rate_limits, (size) => ({ rate_limits: windows(size) })],
      [limits.rate_limit, (size) => rate(size, 1_000)],
      [limits.window_ms, (size) => rate(1, size)],
    ]
    for (const [{ minimum, maximum }, settings] of sizes) {
      const found = await Promise.all([minimum, maximum, maximum + 1].map((size) => statusOf(settings(size))))
      expect(found, JSON.stringify(settings(2))).toEqual([201, 201, 400])
      if (minimum > 0) expect(await statusOf(settings(minimum - 1))).toBe(400)
    }
    expect(await statusOf({ expires_at: limits.expires_at.latest })).toBe(201)
    expect(await statusOf({ expires_at: null })).toBe(201)
  })
})
