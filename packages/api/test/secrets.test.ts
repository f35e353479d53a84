import { afterEach, describe, expect, it, vi } from 'vitest'
import { everything, open, testSealer } from './setup.js'

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

  it('gives the same key and token again, with or without quotes, and creates no other key', async () => {
    const { send } = sealed()
    const as = 'ada'
    const first = await send('POST /', { as, body, ...once })
    const again = await send('POST /', {
      as,
      body: { scopes: ['members.read'], name: 'ci' },
      headers: { 'Idempotency-Key': 'order-1' },
    })
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.body).toEqual(first.body)
    const rotated = await send(`POST /${first.body.id}/rotate`, { as, ...once })
    expect((await send(`POST /${first.body.id}/rotate`, { as, ...once })).body).toEqual(rotated.body)
    expect((await send('GET /', { as })).body.data).toHaveLength(1)
    const { data } = (await send('GET /audit', { as })).body
    expect(data.map(({ type }: { type: string }) => type)).toEqual([
      ...['api_key.revealed', 'api_key.rotated', 'api_key.revealed', 'api_key.created'],
    ])
  })

  it('creates one key for concurrent requests (T39)', async () => {
    const { send } = sealed()
    const answers = await Promise.all(Array.from({ length: 8 }, () => send('POST /', { as: 'ada', body, ...once })))
    // One made the key, five showed it again, and that is all for this hour.
    const shown = answers.filter(({ status }) => status === 201)
    expect(shown).toHaveLength(6)
    expect(new Set(shown.map((answer) => answer.body.token)).size).toBe(1)
    expect(answers.filter(({ body }) => body.code === 'secret_already_shown')).toHaveLength(2)
    expect((await send('GET /stats', { as: 'ada' })).body.total_created).toBe(1)
  })

  it('answers 422 to a different request, and creates a new key for another person or after a day', async () => {
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

  it('forgets a request that was refused', async () => {
    const { send } = sealed()
    expect((await send('POST /', { body: { ...body, scopes: ['audit.read'] }, ...once })).status).toBe(403)
    expect((await send('POST /', { body, ...once })).status).toBe(201)
  })

  it.each(['', '""', 'a b', 'a, b', 'x'.repeat(256), `"${'x'.repeat(256)}"`, '"a', 'a"b', '"a\\b"', 'ü'])(
    'answers 400 to the value %j',
    async (key) => {
      const { send, dump } = sealed()
      const before = await dump()
      const headers = { 'Idempotency-Key': key }
      expect(await send('POST /', { body, headers })).toMatchObject({
        status: 400,
        body: { errors: [{ header: 'Idempotency-Key' }] },
      })
      expect(await dump()).toBe(before)
    },
  )

  it.each(['x'.repeat(255), `"${'x'.repeat(255)}"`, '"a \\"b\\" \\\\"'])('accepts the value %j', async (key) => {
    expect((await sealed().send('POST /', { body, headers: { 'Idempotency-Key': key } })).status).toBe(201)
  })
})

describe('POST /:id/reveal (ENC-6, A7, T28)', () => {
  it('shows the token only when assertFresh returns true for the last five minutes', async () => {
    const asked: number[] = []
    const state: { fresh: unknown } = { fresh: false }
    const assertFresh = (_: Request, maxAgeMs: number) => {
      asked.push(maxAgeMs)
      return state.fresh as boolean // a host may return anything
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

  it('answers 403 without assertFresh, and 409 when the keyring does not seal tokens', async () => {
    const { create, send } = open({ reveal: testSealer, api: { assertFresh: undefined } })
    const { id } = await create('ada')
    expect((await send(`POST /${id}/reveal`, { as: 'ada' })).body).toMatchObject({ code: 'not_fresh' })
    const off = open()
    const key = await off.create('ada')
    expect(await off.send(`POST /${key.id}/reveal`, { as: 'ada' })).toMatchObject({ status: 409 })
  })

  it('answers 429 to the sixth request of a person in an hour', async () => {
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

  it('answers 503 without the token when the audit record cannot be written', async () => {
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

  it('answers 410 for a revoked key', async () => {
    const { create, send } = open({ reveal: testSealer })
    const { id } = await create('ada')
    await send(`DELETE /${id}`, { as: 'ada' })
    expect(await send(`POST /${id}/reveal`, { as: 'ada' })).toMatchObject({
      status: 410,
      body: { code: 'reveal_unavailable' },
    })
  })
})

describe('a token (TEST-9)', () => {
  it('is in the responses that show it, and in no other response, record or error', async () => {
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
      'GET /catalog',
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
