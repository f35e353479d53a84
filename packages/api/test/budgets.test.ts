import { describe, expect, it } from 'vitest'
import { open } from './setup.js'

const monthly = { limit: 100, refill: { every: 'month', time_zone: 'Europe/Berlin' } }

describe('the budget of a key over the API (B18)', () => {
  it('is set, read, changed and taken away', async () => {
    const { create, send } = open()
    const { id, body } = await create('mia', { name: 'ci', budget: monthly })
    expect(body.budget).toEqual(monthly)
    expect((await send(`GET /${id}`)).body.budget).toEqual(monthly)
    const once = await send(`PATCH /${id}`, { body: { budget: { limit: 7 } } })
    expect(once.body.budget).toEqual({ limit: 7, refill: null })
    const daily = await send(`PATCH /${id}`, { body: { budget: { limit: 7, refill: { every: 'day' } } } })
    expect(daily.body.budget).toEqual({ limit: 7, refill: { every: 'day', time_zone: 'UTC' } })
    expect((await send(`PATCH /${id}`, { body: { name: 'new' } })).body.budget).not.toBeNull()
    expect((await send(`PATCH /${id}`, { body: { budget: null } })).body.budget).toBeNull()
    expect((await create('mia', { name: 'none' })).body.budget).toBeNull()
  })

  it.each([
    ['/budget', { budget: 5 }],
    ['/budget/limit', { budget: { limit: -1 } }],
    ['/budget/limit', { budget: { limit: 1e15 } }],
    ['/budget/refill/every', { budget: { limit: 1, refill: { every: 'week' } } }],
    ['/budget/refill/time_zone', { budget: { limit: 1, refill: { every: 'day', time_zone: 'Mars/Olympus' } } }],
    ['/budget/refill/timeZone', { budget: { limit: 1, refill: { every: 'day', timeZone: 'UTC' } } }],
    ['/budget/size', { budget: { limit: 1, size: 2 } }],
  ])('with a fault at %s is answered with 400 that points at it, and nothing is done', async (pointer, settings) => {
    const { create, send, dump } = open()
    const { id } = await create()
    const before = await dump()
    for (const [request, body] of [
      ['POST /', { name: 'ci', ...settings }],
      [`PATCH /${id}`, settings],
    ] as const) {
      expect(await send(request, { body })).toMatchObject({ status: 400, body: { errors: [{ pointer }] } })
    }
    expect(await dump()).toBe(before)
  })

  it('tells what is left, of each budget that the key is under, and when it refills', async () => {
    const { keyring, create, send } = open({ budgets: { owner: { limit: 30 }, organization: { limit: 50 } } })
    const { id, token } = await create('mia', { name: 'ci', budget: monthly })
    await keyring.verify(token, { cost: 10 })
    const { status, body } = await send(`GET /${id}/budget`)
    expect(status).toBe(200)
    expect(body.data).toEqual([
      {
        holder: 'key',
        limit: 100,
        remaining: 90,
        overdraft: 0,
        refills_at: expect.stringMatching(/T2[23]:00:00.000Z$/),
      },
      { holder: 'owner', limit: 30, remaining: 20, overdraft: 0, refills_at: null },
      { holder: 'organization', limit: 50, remaining: 40, overdraft: 0, refills_at: null },
    ])
    expect((await send('GET /budgets')).body.data).toEqual(body.data.slice(1))
    expect((await send('GET /budgets?owner_id=mia', { as: 'ada' })).body.data).toEqual(body.data.slice(1))
    expect((await send('GET /budgets?owner=organization', { as: 'ada' })).body.data).toEqual(body.data.slice(2))
  })

  it('is nobody else’s business: not of another person, another organisation, or of all', async () => {
    const { create, send, other } = open({ budgets: { organization: { limit: 50 } } })
    const { id } = await create('mia', { name: 'ci', budget: monthly })
    expect((await send(`GET /${id}/budget`, { as: 'max' })).status).toBe(404)
    const elsewhere = { as: 'eve', headers: { 'X-Organization': other } }
    expect((await send(`GET /${id}/budget`, elsewhere)).status).toBe(404)
    expect((await send(`POST /${id}/budget/grant`, { ...elsewhere, body: { credits: 5 } })).status).toBe(404)
    for (const asked of ['owner=organization', 'owner_id=ada']) {
      expect((await send(`GET /budgets?${asked}`, { as: 'mia' })).status).toBe(403)
    }
    expect((await send('GET /budgets?owner_id=mia', { as: 'mia' })).status).toBe(200)
    expect((await send('GET /budgets?owner=me&owner_id=mia', { as: 'mia' })).status).toBe(400)
  })

  it('is granted credits by whoever manages all keys, with a record, once for each Idempotency-Key', async () => {
    const { keyring, create, send, org } = open()
    const { id } = await create('mia', { name: 'ci', budget: { limit: 10 } })
    const grant = (credits: number, key?: string, as = 'ada') =>
      send(`POST /${id}/budget/grant`, {
        as,
        body: { credits },
        ...(key === undefined ? {} : { headers: { 'Idempotency-Key': key } }),
      })
    expect((await grant(5, undefined, 'mia')).status).toBe(403)
    expect(await grant(5)).toMatchObject({ status: 200, body: { holder: 'key', limit: 10, remaining: 15 } })
    const again = await Promise.all([1, 2, 3].map(() => grant(7, 'once')))
    expect(again.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(await grant(7, 'once')).toMatchObject({ status: 200, body: { remaining: 22 } })
    expect(await grant(8, 'once')).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } })
    const { records } = await keyring.audit.list({ organizationId: org, limit: 10 })
    const granted = records.filter(({ type }) => type === 'budget.granted')
    expect(granted.map(({ data }) => data.credits)).toEqual([7, 5])
    expect(granted[0]).toMatchObject({ keyId: id, actor: { type: 'user', id: 'ada' } })
  })

  it('is granted nothing where there is none, and nothing but a whole number of credits', async () => {
    const { create, send, dump } = open()
    const [{ id }, { id: plain }] = [await create('mia', { name: 'ci', budget: { limit: 1 } }), await create()]
    const before = await dump()
    for (const credits of [0, -1, 0.5, 1e15, '5', null, undefined]) {
      const { status } = await send(`POST /${id}/budget/grant`, { as: 'ada', body: { credits } })
      expect(status).toBe(400)
    }
    const none = await send(`POST /${plain}/budget/grant`, { as: 'ada', body: { credits: 5 } })
    expect(none).toMatchObject({ status: 409, body: { code: 'invalid_state' } })
    expect(await dump()).toBe(before)
  })

  it('is in the catalog: whether there can be one, and how large', async () => {
    const { send } = open()
    const { body } = await send('GET /catalog')
    expect(body).toMatchObject({ budgets: true, limits: { budget: { minimum: 0, maximum: 999_999_999_999_999 } } })
  })
})
