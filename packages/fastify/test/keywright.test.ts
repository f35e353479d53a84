import { setTimeout as sleep } from 'node:timers/promises'
import Fastify, { type FastifyContextConfig, type FastifyInstance, type FastifyPluginAsync } from 'fastify'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { openKeyring } from '../../testkit/test/task-keyring.js'
import { type Fallback, type KeywrightOptions, keywright, principalOf } from '../src/index.js'

const warning = { type: 'KeywrightWarning', code: 'KEYWRIGHT_EARLIER_ROUTES' }

/** An app with the plugin in it, and a way to add a route and to ask it. */
async function openApp(options: KeywrightOptions = {}) {
  const ring = await openKeyring()
  const app = Fastify()
  onTestFinished(() => app.close())
  await app.register(keywright(ring.keyring, options))
  const add = (url: string, config: FastifyContextConfig = {}, to: FastifyInstance = app) =>
    to.get(url, { config }, async (request) => principalOf(request)?.key.id ?? 'nobody')
  const ask = async (url: string, headers: Record<string, string> = {}) => {
    const { statusCode, body } = await app.inject({ url, headers })
    return [statusCode, body.startsWith('{') ? JSON.parse(body).code : body]
  }
  return { ...ring, app, add, ask, bearer: { authorization: `Bearer ${ring.token}` } }
}

describe('keywright, by the config of a route,', () => {
  it.each<[string, FastifyContextConfig]>([
    ['scopes', { scopes: ['members.read'] }],
    ['anyOf', { anyOf: ['members.read', 'members.invite'] }],
    ['key', { key: true }],
    ['optional: false', { optional: false }],
    ['resource alone', { resource: () => null }],
  ])('guards a route by %s', async (_, config) => {
    const { add, ask, bearer, id } = await openApp()
    add('/', config)
    expect(await ask('/')).toEqual([401, 'api_key_missing'])
    expect(await ask('/', bearer)).toEqual([200, id])
  })

  it('names a refused request to the host by its request.id (FI-45)', async () => {
    const { add, ask, events } = await openApp()
    add('/', { key: true })
    await ask('/', { authorization: 'Bearer nonsense' })
    expect(events).toMatchObject([{ type: 'api_key.verify_failed', requestId: 'req-1', ip: '127.0.0.1' }])
  })

  it('leaves routes without a guard alone, missing routes and request fields included', async () => {
    const { add, ask, app } = await openApp()
    add('/none')
    add('/open', { key: false })
    app.get('/asks', async (request) => request.principal.key.id)
    expect(await ask('/none')).toEqual([200, 'nobody'])
    expect(await ask('/open')).toEqual([200, 'nobody'])
    expect((await ask('/missing'))[0]).toBe(404)
    expect((await ask('/asks'))[0]).toBe(500)
  })

  it('guards every route with everyRoute', async () => {
    const { add, ask, app, bearer, id } = await openApp({ everyRoute: true })
    add('/')
    add('/open', { key: false })
    app.setNotFoundHandler((_request, reply) => reply.code(404).send('not here'))
    expect(await ask('/')).toEqual([401, 'api_key_missing'])
    expect(await ask('/', bearer)).toEqual([200, id])
    expect(await ask('/open')).toEqual([200, 'nobody'])
    expect(await ask('/missing')).toEqual([404, 'not here'])
  })

  it.each<[string, object, RegExp]>([
    ['an unknown scope', { scopes: ['members.reed'] }, /scopes\[0\]/],
    ['a wildcard', { scopes: ['members.*'] }, /scopes\[0\]/],
    ['no scopes', { scopes: [] }, /scopes/],
    ['an unknown scope of several', { anyOf: ['members.read', 'members.reed'] }, /anyOf\[1\]/],
    ['a resource scope without a resource', { anyOf: ['tasks.read'] }, /resource/],
    ['scopes of an open route', { key: false, scopes: ['members.read'] }, /config\.key/],
    ['a login that is no function', { fallback: true }, /fallback/],
    ['a login that cannot say yes', { fallback: async (_request: unknown, _reply: unknown) => {} }, /fallback/],
    [
      'a login beside optional',
      { fallback: (_q: unknown, _p: unknown, _next: unknown) => {}, optional: true },
      /fallback/,
    ],
  ])('refuses to start with %s (SCOPE-8)', async (_, config, fault) => {
    const { add } = await openApp()
    expect(() => add('/', config)).toThrow(fault)
  })

  it('checks routes in nested contexts, and their HEAD too', async () => {
    const { app, add, ask } = await openApp()
    await app.register(
      (within, _, done) => {
        add('/', { key: true }, within)
        expect(() => add('/bad', { scopes: ['members.reed'] }, within)).toThrow()
        done()
      },
      { prefix: '/within' },
    )
    for (const url of ['/within', '/within/']) expect(await ask(url)).toEqual([401, 'api_key_missing'])
    expect((await app.inject({ method: 'HEAD', url: '/within' })).statusCode).toBe(401)
  })

  it('guards a route that was added too early, answers 500 when its config is wrong, and warns at start-up', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    onTestFinished(() => warn.mockRestore())
    const { keyring } = await openKeyring()
    const app = Fastify()
    app.register(keywright(keyring)) // without await: not loaded yet
    app.get('/good', { config: { scopes: ['members.read'] } }, async () => 'open')
    app.get('/bad', { config: { scopes: ['members.reed'] } }, async () => 'open')
    expect((await app.inject('/good')).statusCode).toBe(401)
    expect((await app.inject('/bad')).statusCode).toBe(500)
    expect(warn.mock.calls).toEqual([[expect.stringContaining('await app.register(keywright(…)) first'), warning]])

    const late = Fastify()
    await late.register(keywright(keyring))
    late.get('/good', { config: { scopes: ['members.read'] } }, async () => 'open')
    await late.ready()
    expect(warn).toHaveBeenCalledTimes(1)
  })

  it('checks the options for all routes at once', async () => {
    const { keyring } = await openKeyring()
    expect(() => keywright(keyring, { timeoutMs: 0 })).toThrow(/timeoutMs/)
    // @ts-expect-error no keyring
    expect(() => keywright({})).toThrow(/keyring/)
  })
})

it('keywright decides before the body is read, and its answers pass the onSend hooks', async () => {
  const { app, bearer } = await openApp()
  app.addHook('onSend', async (_request, reply) => void reply.header('X-Sent', 'yes'))
  app.post('/', { config: { key: true } }, async () => 'ok')
  const body = { method: 'POST', url: '/', headers: { 'content-type': 'application/json' }, payload: '{' } as const
  const refused = await app.inject(body)
  expect([refused.statusCode, refused.headers['x-sent']]).toEqual([401, 'yes'])
  expect((await app.inject({ ...body, headers: { ...body.headers, ...bearer } })).statusCode).toBe(400)
})

it('keywright serves two keyrings, each for its own routes', async () => {
  const [one, two] = [await openKeyring(), await openKeyring()]
  const app = Fastify()
  for (const [prefix, { keyring }] of [
    ['/one', one],
    ['/two', two],
  ] as const) {
    const product: FastifyPluginAsync = async (within) => {
      await within.register(keywright(keyring))
      within.get('/', { config: { scopes: ['members.read'] } }, async (request) => request.principal.key.id)
    }
    await app.register(product, { prefix })
  }
  const ask = async (url: string, token: string) =>
    (await app.inject({ url, headers: { authorization: `Bearer ${token}` } })).statusCode
  expect([await ask('/one', one.token), await ask('/one', two.token)]).toEqual([200, 401])
  expect([await ask('/two', one.token), await ask('/two', two.token)]).toEqual([401, 200])
})

it('keywright leaves preflights to the hook of a CORS plugin before it (HTTP-13)', async () => {
  const { keyring } = await openKeyring()
  const app = Fastify()
  app.addHook('onRequest', async (request, reply) => {
    reply.header('Access-Control-Allow-Origin', 'https://app.test')
    if (request.method === 'OPTIONS') return reply.code(204).send()
  })
  await app.register(keywright(keyring))
  app.all('/', { config: { key: true } }, async () => 'ok')
  expect((await app.inject({ method: 'OPTIONS', url: '/' })).statusCode).toBe(204)
  const refused = await app.inject('/')
  expect([refused.statusCode, refused.headers['access-control-allow-origin']]).toEqual([401, 'https://app.test'])
})

describe('the fallback of keywright', () => {
  const jwt = 'Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln'
  const logIn: Fallback = async (request, reply, next) => {
    if (request.headers.cookie === 'sid=good') next()
    else reply.code(401).send('Who are you?')
  }

  it('answers in place of the 401 when no key was presented, and only then', async () => {
    const { add, ask, id, token, testToken } = await openApp()
    add('/', { scopes: ['members.read'], fallback: logIn })
    const cookie = 'sid=good'
    expect(await ask('/', { cookie })).toEqual([200, 'nobody'])
    expect(await ask('/')).toEqual([401, 'Who are you?'])
    expect(await ask('/', { authorization: jwt })).toEqual([401, 'Who are you?'])
    expect(await ask('/', { 'x-api-key': token })).toEqual([200, id])
    expect(await ask('/', { cookie, 'x-api-key': 'nonsense' })).toEqual([401, 'api_key_invalid'])
    expect(await ask('/', { cookie, authorization: `Bearer ${testToken}` })).toEqual([401, 'api_key_invalid'])
    expect(await ask('/', { cookie, authorization: token })).toEqual([400, 'api_key_malformed'])
    expect(await ask('/', { cookie, authorization: jwt, 'x-api-key': token })).toEqual([200, id])
  })

  it.each<[string, number, Fallback]>([
    ['throws', 500, fail(new Error('down'))],
    ['throws nothing', 500, fail(undefined)],
    ['rejects', 500, (_request, _reply, _next) => Promise.reject(new Error('down'))],
    ['passes an error on', 500, (_request, _reply, next) => next(new Error('down'))],
    [
      'answers, and is done before its answer is',
      401,
      async (_request, reply, _next) => void reply.code(401).send('no'),
    ],
  ])('that %s lets nobody in', async (_, status, fallback) => {
    const { app, ask } = await openApp()
    let calls = 0
    app.addHook('onSend', async () => sleep(20))
    app.get('/', { config: { fallback } }, async () => {
      calls += 1
    })
    expect((await ask('/'))[0]).toBe(status)
    expect(calls).toBe(0)
  })
})

function fail(error: unknown): Fallback {
  return (_request, _reply, _next) => {
    throw error
  }
}
