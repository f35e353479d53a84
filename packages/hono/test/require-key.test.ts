import { EXPOSED_HEADERS } from '@keywright/core/http'
import { Hono, type MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import { describe, expect, it } from 'vitest'
import { openKeyring } from '../../testkit/test/task-keyring.js'
import { requireKey } from '../src/index.js'

const setting = (name: string, value: string): MiddlewareHandler => {
  return async (c, next) => {
    c.res.headers.set(name, value)
    await next()
  }
}

describe('requireKey on Hono', () => {
  it('adds Vary and Cache-Control once, beside those of others (HTTP-11)', async () => {
    const { keyring, token } = await openKeyring()
    const guard = requireKey(keyring)
    const app = new Hono().onError((_error, c) => c.text('fault', 500))
    app.use(setting('Vary', 'Origin'))
    app.get('/text', guard, guard, (c) => c.text('ok'))
    app.get('/own', guard, () => new Response('ok', { headers: { 'Cache-Control': 'public', Vary: 'Accept' } }))
    app.get('/star', guard, (c) => c.text('ok', 200, { Vary: '*' }))
    app.get('/throws', guard, () => {
      throw new Error('mine')
    })
    app.get('/fetched', guard, () => Response.redirect('https://example.test/', 302)) // its headers cannot be changed
    const fieldsOf = async (path: string) => {
      const { status, headers } = await app.request(path, { headers: { 'X-API-Key': token } })
      return [status, headers.get('Vary'), headers.get('Cache-Control')]
    }
    expect(await fieldsOf('/text')).toEqual([200, 'Origin, X-API-Key', 'private'])
    expect(await fieldsOf('/own')).toEqual([200, expect.stringContaining('X-API-Key'), 'public'])
    expect(await fieldsOf('/star')).toEqual([200, expect.any(String), 'private'])
    expect(await fieldsOf('/throws')).toEqual([500, 'Origin, X-API-Key', 'private'])
    expect(await fieldsOf('/fetched')).toEqual([302, 'Origin, X-API-Key', 'private'])
  })

  it('sends its own refusal, whatever headers were set before', async () => {
    const { keyring } = await openKeyring()
    const app = new Hono().use(
      setting('Cache-Control', 'public'),
      setting('Content-Type', 'text/html'),
      setting('X-A', 'b'),
    )
    app.get('/', requireKey(keyring), (c) => c.text('ok'))
    const { status, headers } = await app.request('/')
    expect(status).toBe(401)
    expect(Object.fromEntries(headers)).toEqual({
      'cache-control': 'no-store',
      'content-type': 'application/problem+json',
      'www-authenticate': 'Bearer realm="api"',
      'x-a': 'b',
    })
  })

  it('counts one use for guards that stand one behind the other (RATE-5)', async () => {
    const { keyring, token } = await openKeyring({ rateLimits: { burst: { limit: 2, windowMs: 60_000 } } })
    const app = new Hono().use(requireKey(keyring))
    app.get('/', requireKey(keyring), requireKey(keyring, { scopes: ['members.read'] }), (c) => c.text('ok'))
    const headers = { Authorization: `Bearer ${token}` }
    const statuses = [
      await app.request('/', { headers }),
      await app.request('/', { headers }),
      await app.request('/', { headers }),
    ]
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 429])
  })

  it('leaves preflights to the CORS middleware before it, and lets a browser read its answers (HTTP-13)', async () => {
    const { keyring } = await openKeyring()
    const app = new Hono().use(cors({ origin: 'https://app.test', exposeHeaders: [...EXPOSED_HEADERS] }))
    app.get('/', requireKey(keyring), (c) => c.text('ok'))
    const Origin = 'https://app.test'
    const preflight = {
      Origin,
      'Access-Control-Request-Method': 'GET',
      'Access-Control-Request-Headers': 'authorization',
    }
    expect((await app.request('/', { method: 'OPTIONS', headers: preflight })).status).toBe(204)
    const { status, headers } = await app.request('/', { headers: { Origin } })
    expect([status, headers.get('Access-Control-Allow-Origin')]).toEqual([401, Origin])
    expect(headers.get('Access-Control-Expose-Headers')).toBe(EXPOSED_HEADERS.join(','))
  })

  it("takes the client's address from the runtime through the option for it", async () => {
    const { keyring } = await openKeyring()
    const owner = { type: 'organization', id: 'org1' } as const
    const { token } = await keyring.create({ name: 'bound', owner, ipAllowList: ['203.0.113.9'] })
    const headers = { Authorization: `Bearer ${token.reveal()}` }
    const app = new Hono()
    app.get('/unknown', requireKey(keyring), (c) => c.text('ok'))
    app.get('/known', requireKey(keyring, { connInfo: () => ({ remote: { address: '203.0.113.9' } }) }), (c) =>
      c.text('ok'),
    )
    expect((await app.request('/unknown', { headers })).status).toBe(403)
    expect((await app.request('/known', { headers })).status).toBe(200)
  })

  it('judges a request that an app makes to itself by the key of that request', async () => {
    const { keyring, token } = await openKeyring()
    const app = new Hono()
    app.get('/inner', requireKey(keyring), (c) => c.text('inner'))
    app.get('/outer', requireKey(keyring), async (c) => {
      const { status } = await app.request('/inner', {}, c.env)
      return c.text(String(status))
    })
    expect(await (await app.request('/outer', { headers: { Authorization: `Bearer ${token}` } })).text()).toBe('401')
  })

  it.each(['members.reed', 'members.*'])('refuses the scope %s at start-up (SCOPE-8)', async (scope) => {
    const { keyring } = await openKeyring()
    // @ts-expect-error any text may be misspelt
    expect(() => requireKey(keyring, { scopes: [scope] })).toThrow(/scopes\[0\]/)
  })
})

describe('fallback on Hono', () => {
  const logIn: MiddlewareHandler = (c, next) =>
    c.req.header('Cookie') === 'sid=good' ? next() : Promise.resolve(c.text('Who are you?', 401))
  const jwt = 'Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln'

  it('answers in place of the 401 when no key was presented, and only then', async () => {
    const { keyring, id, token, testToken } = await openKeyring()
    const app = new Hono()
    app.get('/', requireKey(keyring, { fallback: logIn }), (c) => c.text(c.get('principal')?.key.id ?? 'a person'))
    const ask = async (headers: Record<string, string>) => {
      const answer = await app.request('/', { headers })
      const text = await answer.text()
      return [answer.status, text.startsWith('{') ? JSON.parse(text).code : text]
    }
    const Cookie = 'sid=good'
    expect(await ask({ Cookie })).toEqual([200, 'a person'])
    expect(await ask({})).toEqual([401, 'Who are you?'])
    expect(await ask({ Authorization: jwt })).toEqual([401, 'Who are you?'])
    expect(await ask({ 'X-API-Key': token })).toEqual([200, id])
    expect(await ask({ Cookie, 'X-API-Key': 'nonsense' })).toEqual([401, 'api_key_invalid'])
    expect(await ask({ Cookie, Authorization: `Bearer ${testToken}` })).toEqual([401, 'api_key_invalid'])
    expect(await ask({ Cookie, Authorization: token })).toEqual([400, 'api_key_malformed'])
    expect(await ask({ Cookie, Authorization: jwt, 'X-API-Key': token })).toEqual([200, id])
  })

  it.each<[string, MiddlewareHandler]>([
    ['throws', () => Promise.reject(new Error('down'))],
    ['neither answers nor calls next', async () => {}],
  ])('that %s lets nobody in', async (_, fallback) => {
    const { keyring } = await openKeyring()
    let calls = 0
    const app = new Hono().onError((_error, c) => c.text('fault', 500))
    app.get('/', requireKey(keyring, { fallback }), (c) => {
      calls += 1
      return c.text('ok')
    })
    expect((await app.request('/')).status).toBe(500)
    expect(calls).toBe(0)
  })

  it('is refused at start-up beside optional', async () => {
    const { keyring } = await openKeyring()
    expect(() => requireKey(keyring, { fallback: logIn, optional: true })).toThrow(/fallback/)
  })
})
