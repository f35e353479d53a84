import { afterEach, describe, expect, it, vi } from 'vitest'
import { everything, open, ownKeys, testSealer } from './setup.js'

afterEach(() => {
  vi.useRealTimers()
})

describe('Idempotency-Key (HTTP-16)', () => {
  const once = { headers: { 'Idempotency-Key': '"order-1"' } }
  const body = { name: 'ci', scopes: ['members.read'] }
  const sealed = (at = Date.UTC(2040, 0, 1)) => {
    const clock = { at }
    const pass = (ms: number) => {
      clock.at += ms
    }
    return { pass, ...open({ reveal: testSealer, clock: { now: () => new Date(clock.at) } }) }
  }

  it('gives the same key and token again, quoted or bare, and makes no other', async () => {
    const { send } = sealed()
    const first = await send('POST /', { body, ...once })
    const again = await send('POST /', {
      body: { scopes: ['members.read'], name: 'ci' },
      headers: { 'Idempotency-Key': 'order-1' },
    })
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.body).toEqual(first.body)
    const rotated = await send(`POST /${first.body.id}/rotate`, once)
    expect((await send(`POST /${first.body.id}/rotate`, once)).body).toEqual(rotated.body)
    expect((await send('GET /')).body.data).toHaveLength(1)
    const { data } = (await send('GET /audit', { as: 'ada' })).body
    expect(data.map(({ type }: { type: string }) => type)).toEqual([
      ...['api_key.revealed', 'api_key.rotated', 'api_key.revealed', 'api_key.created'],
    ])
  })

  it('makes one key of many requests at once (T39)', async () => {
    const { send } = sealed()
    const answers = await Promise.all(Array.from({ length: 8 }, () => send('POST /', { body, ...once })))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    expect(new Set(answers.map((answer) => answer.body.token)).size).toBe(1)
    expect((await send('GET /stats')).body.total_created).toBe(1)
  })

  it.each<[string, (product: ReturnType<typeof sealed>, id: string) => unknown]>([
    ['10 minutes have passed', ({ pass }) => pass(600_001)],
    ['the key was rotated since', ({ send }, id) => send(`POST /${id}/rotate`)],
    ['the key was revoked since', ({ send }, id) => send(`DELETE /${id}`)],
    ['the key was deleted since', ({ send }, id) => send(`DELETE /${id}?permanent=true`)],
  ])('answers 409 with the key’s id where %s', async (_, happen) => {
    const product = sealed()
    const { id } = (await product.send('POST /', { body, ...once })).body
    product.pass(1)
    await happen(product, id)
    expect(await product.send('POST /', { body, ...once })).toMatchObject({
      status: 409,
      body: { code: 'secret_already_shown', key_id: id },
    })
  })

  it('answers 409 where tokens are not sealed, and to a key', async () => {
    const { send } = open()
    const { id } = (await send('POST /', { body, ...once })).body
    expect(await send('POST /', { body, ...once })).toMatchObject({ status: 409, body: { key_id: id } })

    const keys = open({ reveal: testSealer, allowKeyManagement: true, api: { allowKeys: true } })
    const robot = await keys.create('mia', { name: 'robot', scopes: ownKeys })
    const as = `key:${robot.id}`
    expect((await keys.send('POST /', { as, body, ...once })).status).toBe(201)
    expect((await keys.send('POST /', { as, body, ...once })).status).toBe(409)
  })

  it('answers 422 to another request, and is another key for somebody else, or after a day', async () => {
    const { send, pass } = sealed()
    const { id } = (await send('POST /', { body, ...once })).body
    expect(await send('POST /', { body: { ...body, name: 'x' }, ...once })).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    })
    const other = await send('POST /', { as: 'max', body, ...once })
    expect([other.status, other.body.id === id]).toEqual([201, false])
    pass(86_400_001)
    expect((await send('POST /', { body, ...once })).status).toBe(201)
  })

  it('remembers no request that was refused', async () => {
    const { send } = sealed()
    expect((await send('POST /', { body: { ...body, scopes: ['audit.read'] }, ...once })).status).toBe(403)
    expect((await send('POST /', { body, ...once })).status).toBe(201)
  })

  it.each(['', '""', 'a b', 'a, b', 'x'.repeat(256), `"${'x'.repeat(256)}"`, '"a', 'a"b', '"a\\b"', 'ü'])(
    'refuses %j',
    async (key) => {
      const { send, dump } = sealed()
      const before = await dump()
      const headers = { 'Idempotency-Key': key }
      expect(await send('POST /', { body, headers })).toMatchObject({ status: 400, body: { field: 'Idempotency-Key' } })
      expect(await dump()).toBe(before)
    },
  )

  it.each(['x'.repeat(255), `"${'x'.repeat(255)}"`, '"a \\"b\\" \\\\"'])('takes %j', async (key) => {
    expect((await sealed().send('POST /', { body, headers: { 'Idempotency-Key': key } })).status).toBe(201)
  })
})

describe('reveal (ENC-6, A7, T28)', () => {
  it('asks for fresh authentication, five minutes at most, and only `true` is a yes', async () => {
    const asked: number[] = []
    const state: { fresh: unknown } = { fresh: false }
    const assertFresh = (_: Request, maxAgeMs: number) => {
      asked.push(maxAgeMs)
      return state.fresh as boolean // whatever a host may answer
    }
    const { create, send, dump } = open({
      reveal: testSealer,
      api: { assertFresh, hostTimeoutMs: 20 },
    })
    const { id, token } = await create('ada')
    const before = await dump()
    const reveal = () => send(`POST /${id}/reveal`, { as: 'ada' })
    expect(await reveal()).toMatchObject({ status: 403, body: { code: 'not_fresh', max_age_ms: 300_000 } })
    for (const rubbish of ['yes', 1, {}, undefined, null, new Promise(() => {})]) {
      state.fresh = rubbish
      expect((await reveal()).status).toBe(503)
    }
    expect(await dump()).toBe(before)
    state.fresh = true
    expect((await reveal()).body).toEqual({ id, token })
    expect(asked[0]).toBe(300_000)
  })

  it('is off for whoever did not set it up', async () => {
    const { create, send } = open({ reveal: testSealer, api: { assertFresh: undefined } })
    const { id } = await create('ada')
    expect((await send(`POST /${id}/reveal`, { as: 'ada' })).body).toMatchObject({ code: 'not_fresh' })
    const off = open()
    const key = await off.create('ada')
    expect(await off.send(`POST /${key.id}/reveal`, { as: 'ada' })).toMatchObject({ status: 409 })
  })

  it('shows five an hour to one person', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] })
    const { create, send, people, org } = open({ reveal: testSealer })
    people[org] = { ...people[org], zoe: everything }
    const { id } = await create('ada')
    const statuses = async (as: string, times: number) => {
      const seen: number[] = []
      for (let time = 0; time < times; time += 1) seen.push((await send(`POST /${id}/reveal`, { as })).status)
      return seen
    }
    expect(await statuses('ada', 6)).toEqual([200, 200, 200, 200, 200, 429])
    const refused = await send(`POST /${id}/reveal`, { as: 'ada' })
    expect(refused.headers.get('cache-control')).toBe('no-store')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3_590)
    expect(await statuses('zoe', 1)).toEqual([200])
  })

  it('shows nothing where it cannot be recorded', async () => {
    const { create, send, store } = open({ reveal: testSealer })
    const { id, token } = await create('ada')
    const { change } = store
    Object.assign(store, { change: async () => Promise.reject(new Error('disk full')) })
    const answer = await send(`POST /${id}/reveal`, { as: 'ada' })
    expect(answer.status).toBe(503)
    expect(answer.text).not.toContain(token)
    Object.assign(store, { change })
    expect((await send(`POST /${id}/reveal`, { as: 'ada' })).status).toBe(200)
    expect((await send('GET /audit?type=api_key.revealed', { as: 'ada' })).body.data).toHaveLength(1)
  })

  it('answers 410 for a revoked key: its token is gone', async () => {
    const { create, send } = open({ reveal: testSealer })
    const { id } = await create('ada')
    await send(`DELETE /${id}`, { as: 'ada' })
    expect(await send(`POST /${id}/reveal`, { as: 'ada' })).toMatchObject({
      status: 410,
      body: { code: 'reveal_unavailable' },
    })
  })
})

describe('secrets (TEST-9)', () => {
  it('are in the answers that give them, and in no other answer, record or error', async () => {
    const errors: unknown[] = []
    const { create, send, answers, dump } = open({
      reveal: testSealer,
      api: { onError: (error) => errors.push(error) },
    })
    const { id, token } = await create('ada', { name: 'ci', description: 'x' })
    const rotated = await send(`POST /${id}/rotate`, { as: 'ada', body: { grace_ms: 1_000 } })
    await send(`POST /${id}/reveal`, { as: 'ada' })
    for (const request of [
      'GET /',
      `GET /${id}`,
      'GET /stats',
      'GET /usage',
      'GET /catalogue',
      'GET /audit',
      'GET /audit/export',
    ]) {
      await send(request, { as: 'ada' })
    }
    for (const verb of ['disable', 'enable', 'revoke', 'enable', 'reveal', 'rotate'])
      await send(`POST /${id}/${verb}`, { as: 'ada' })
    await send('GET /openapi.json', { as: null })
    for (const secret of [token, rotated.body.token].map((text: string) => text.slice(21, 53))) {
      expect(secret).toMatch(/^[0-9A-Za-z]{32}$/)
      expect(answers.filter(({ text }) => text.includes(secret)).length).toBe(secret === token.slice(21, 53) ? 1 : 2)
      expect(answers.filter(({ text, body }) => text.includes(secret) && body.token === undefined)).toEqual([])
      expect(await dump()).not.toContain(secret)
      expect(JSON.stringify(errors)).not.toContain(secret)
    }
  })
})
