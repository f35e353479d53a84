import { memoryRateLimiter } from '@keywright/core'
import { describe, expect, it, vi } from 'vitest'
import { sender, servers } from './servers.js'
import { ofMany, ofOneKey, open } from './setup.js'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe.each(Object.keys(servers))('each answer on %s', (name) => {
  it('names its request, as the audit log and problems do (HTTP-27)', async () => {
    const { api, create, send: within } = open()
    const send = await sender(name, api)
    const { id } = await create('ada')
    const disabled = await send(`POST /${id}/disable`)
    const requestId = disabled.headers.get('x-request-id')
    expect(requestId).toMatch(uuid)
    const { data } = (await within('GET /audit?limit=1', { as: 'ada' })).body
    expect(data[0].context.request_id).toBe(requestId)

    const refused = await send('GET /AAAAAAAAAAAA', { headers: { 'X-Request-Id': 'req-1' } })
    expect(refused.headers.get('x-request-id')).toBe('req-1')
    expect(await refused.json()).toMatchObject({ status: 404, request_id: 'req-1' })
    for (const request of ['GET /a/b/c', 'PUT /', 'OPTIONS /', 'GET /openapi.json', 'HEAD /', 'GET /?limit=0']) {
      expect((await send(request)).headers.get('x-request-id'), request).toMatch(uuid)
    }
  })

  it('says what is left of the limits of its caller, and one request too many is 429 (HTTP-28)', async () => {
    const { api } = open({ api: { rateLimits: { minute: { limit: 2, windowMs: 60_000 } } } })
    const send = await sender(name, api)
    const first = await send('GET /')
    expect(first.headers.get('ratelimit-policy')).toBe('"minute";q=2;w=60')
    expect(first.headers.get('ratelimit')).toMatch(/^"minute";r=1;t=(?:60|59)$/)
    expect((await send('PATCH /AAAAAAAAAAAA', { body: '{"name":""}' })).headers.get('ratelimit')).toContain('r=0')
    const refused = await send('GET /catalog')
    expect([refused.status, refused.headers.get('cache-control')]).toEqual([429, 'no-store'])
    const retryAfter = Number(refused.headers.get('retry-after'))
    expect(retryAfter).toBeGreaterThan(50)
    expect(await refused.json()).toMatchObject({ code: 'rate_limited', retry_after: retryAfter })
    expect(refused.headers.get('ratelimit')).toContain('"minute";r=0')
    // Another person has limits of their own, and of nobody, nothing is counted.
    expect((await send('GET /', { headers: { Cookie: 'session=mia' } })).status).toBe(200)
    const nobody = await send('GET /', { headers: { Cookie: '' } })
    expect([nobody.status, nobody.headers.get('ratelimit')]).toEqual([401, null])
    expect((await send('GET /openapi.json')).status).toBe(200)
  })

  it('to a read may be kept by its reader, who is told whether it is still right (HTTP-29)', async () => {
    const { api, create, keyring } = open()
    const send = await sender(name, api)
    const { id, token } = await create('ada')
    for (const path of ['/', `/${id}`, '/stats', '/catalog', '/audit', `/usage?key_id=${id}`, '/openapi.json']) {
      const first = await send(`GET ${path}`)
      const etag = first.headers.get('etag') ?? ''
      expect([path, first.status, first.headers.get('cache-control')]).toEqual([path, 200, 'private, no-cache'])
      if (path !== '/openapi.json') expect(first.headers.get('vary')).toBe('Authorization, Cookie, X-API-Key')
      for (const named of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
        const again = await send(`GET ${path}`, { headers: { 'If-None-Match': named } })
        expect([path, again.status, again.headers.get('etag'), await again.text()]).toEqual([path, 304, etag, ''])
        expect(again.headers.get('cache-control')).toBe('private, no-cache')
        expect(again.headers.get('content-type')).toBeNull()
      }
      const head = await send(`HEAD ${path}`)
      expect([head.status, head.headers.get('etag')]).toEqual([200, etag])
      expect((await send(`GET ${path}`, { headers: { 'If-None-Match': '"1"' } })).status).toBe(200)
    }
    // A use changes no version, and is shown.
    const before = await send(`GET /${id}`)
    await keyring.verify(token)
    await keyring.stats({ organizationId: 'x' }) // which writes the uses
    const headers = { 'If-None-Match': before.headers.get('etag') ?? '' }
    expect((await send(`GET /${id}`, { headers })).status).toBe(200)
    expect(
      (await send(`PATCH /${id}`, { body: '{"name":"new"}', headers: { 'If-Match': headers['If-None-Match'] } }))
        .status,
    ).toBe(200)
  })

  it('with a token, a file or a refusal is kept by nobody (HTTP-29)', async () => {
    const { api } = open()
    const send = await sender(name, api)
    const created = await send('POST /', { body: '{"name":"ci"}' })
    const { id } = (await created.json()) as { id: string }
    const answers = [created, await send(`POST /${id}/rotate`), await send('GET /audit/export'), await send('GET /x')]
    const headers = { 'If-None-Match': '*' }
    answers.push(await send('GET /AAAAAAAAAAAA', { headers }), await send('POST /', { headers, body: '{"name":"ci"}' }))
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 200, 400, 404, 201])
    for (const answer of answers) expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answers[2]?.headers.get('vary')).toBe('Accept, Authorization, Cookie, X-API-Key')
    expect(created.headers.get('location')).toBe(`/api/api-keys/${id}`)
  })
})

describe('the limits of a caller (HTTP-28)', () => {
  it.each<[string, () => Promise<never>]>([
    ['throws', () => Promise.reject(new Error('redis is gone'))],
    ['hangs', () => new Promise(() => {})],
    ['gives no verdict', async () => ({ admitted: 'yes' }) as never],
  ])('answer 503 to every request while their limiter %s, and nothing is done', async (_, take) => {
    const onError = vi.fn()
    const rateLimits = { api: { limit: 9, windowMs: 1_000 } }
    const product = open({ api: { rateLimits, rateLimiter: { take }, hostTimeoutMs: 20, onError } })
    const before = await product.dump()
    for (const [request, body] of [...ofMany, ...ofOneKey]) {
      const answer = await product.send(request.replace(':id', 'A'.repeat(12)), { as: 'ada', body })
      expect([request, answer.status, answer.headers.get('retry-after')]).toEqual([request, 503, '5'])
    }
    expect(onError).toHaveBeenCalledTimes(ofMany.length + ofOneKey.length)
    expect(await product.dump()).toBe(before)
  })

  it('are 600 a minute, if the host says nothing, and none for null', async () => {
    expect((await open({ api: { rateLimits: undefined } }).send('GET /')).headers.get('ratelimit')).toMatch(
      /^"api";r=599;/,
    )
    expect((await open().send('GET /')).headers.get('ratelimit')).toBeNull()
  })

  it('count people and keys apart, and no request that a page of another site makes a browser send', async () => {
    const take = vi.fn(memoryRateLimiter().take)
    const rateLimits = { api: { limit: 9, windowMs: 1_000 } }
    const { send, create } = open({
      allowKeyManagement: true,
      api: { rateLimits, rateLimiter: { take }, allowKeys: true },
    })
    const { id } = await create('mia', { name: 'ci', scopes: ['api_keys.read'] })
    await send(`GET /${id}`, { as: `key:${id}` })
    await send('GET /', { headers: { 'Sec-Fetch-Site': 'cross-site' } })
    expect(take.mock.calls.map(([subject]) => subject)).toEqual(['api:user:mia', `api:key:${id}`])
  })

  it.each<[string, object]>([
    ['rateLimits', { rateLimits: {} }],
    ['rateLimits.api', { rateLimits: { api: { limit: 0, windowMs: 1_000 } } }],
    ['rateLimiter', { rateLimiter: {} }],
  ])('are refused at start-up, naming %s', (field, api) => {
    expect(() => open({ api })).toThrow(expect.objectContaining({ code: 'invalid_options', field }))
  })
})

describe('the id of a request', () => {
  it.each([
    ['with a space', 'a b'],
    ['that is empty', ''],
    ['of more than 200 characters', 'x'.repeat(201)],
    ['outside ASCII', 'ü'],
    ['with the beginning of a token', 'tk_live_0123456789ab'],
  ])('is a new one for one %s', async (_, given) => {
    const { send } = open()
    const { headers } = await send('GET /', { headers: { 'X-Request-Id': given } })
    expect(headers.get('x-request-id')).toMatch(uuid)
  })

  it('of 200 characters comes back whole, in the body as well', async () => {
    const { send } = open()
    const { body } = await send('GET /x', { headers: { 'X-Request-Id': 'x'.repeat(200) } })
    expect(body.request_id).toBe('x'.repeat(200))
  })
})
