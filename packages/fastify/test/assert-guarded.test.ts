import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance, type FastifyPluginAsync, type InjectOptions } from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { upgrade } from '../../../test/support/upgrade.js'
import { openKeyring } from '../../testkit/test/task-keyring.js'
import { assertGuarded, keywright } from '../src/index.js'

// Its types would add the overloads of websockets to every route of this repository.
const websocket: FastifyPluginAsync = createRequire(import.meta.url)('@fastify/websocket')

const handler = async () => 'ok'
const config = { scopes: ['members.read'] }

describe('assertGuarded on Fastify', () => {
  const open = async (lay: (app: FastifyInstance) => unknown, options = {}) => {
    const { keyring } = await openKeyring()
    const app = Fastify()
    app.options('*', handler) // what a CORS plugin adds
    await app.register(keywright(keyring, options))
    await lay(app)
    await app.ready()
    return app
  }

  it('passes an app whose every route asks for a key', async () => {
    const app = await open((app) => app.get('/a', { config }, handler).post('/a', { config: { key: true } }, handler))
    expect(assertGuarded(app)).toEqual([])
    expect(assertGuarded(await open((app) => app.get('/a', handler), { everyRoute: true }))).toEqual([])
  })

  it.each<[string, (app: FastifyInstance) => unknown, string[]]>([
    ['no config', (app) => app.get('/a', handler).post('/a', { config }, handler), ['GET /a']],
    ['a config of others', (app) => app.get('/a', { config: { url: 'x' } as object }, handler), ['GET /a']],
    ['a HEAD of its own', (app) => app.head('/a', handler).get('/a', { config }, handler), ['HEAD /a']],
    ['several methods', (app) => app.route({ method: ['PUT', 'PATCH'], url: '/a', handler }), ['PUT /a', 'PATCH /a']],
    [
      'a context within',
      (app) => app.register(async (within) => void within.get('/a', handler), { prefix: '/b' }),
      ['GET /b/a'],
    ],
  ])('names the route with %s', async (_, lay, unguarded) => {
    const app = await open(lay)
    expect(() => assertGuarded(app)).toThrow(`No guard stands before ${unguarded.join(', ')}.`)
    expect(assertGuarded(app, { public: unguarded })).toEqual(unguarded)
  })

  it('names an open route even with everyRoute', async () => {
    const app = await open((app) => app.get('/a', { config: { key: false } }, handler), { everyRoute: true })
    expect(() => assertGuarded(app)).toThrow('GET /a')
  })

  it('refuses an app whose routes it has not seen', async () => {
    const { keyring } = await openKeyring()
    const early = Fastify()
    early.get('/a', handler)
    await early.register(keywright(keyring))
    expect(() => assertGuarded(early)).toThrow('before keywright was loaded')
    expect(() => assertGuarded(Fastify())).toThrow('needs an app')
  })
})

describe('assertGuarded on Fastify says what a request without a key meets (ADP-3):', () => {
  const within = (lay: (app: FastifyInstance) => unknown) => async (app: FastifyInstance) => void (await lay(app))
  const at = (url: string, more: InjectOptions = {}): InjectOptions => ({ url, ...more })
  const host = (url: string, name: string) => at(url, { headers: { host: name } })
  const versioned = (url: string, version: string) => at(url, { headers: { 'accept-version': version } })
  const notFound = async () => 'not here'

  it.each<[string, (app: FastifyInstance) => unknown, InjectOptions[], InjectOptions[], string[]]>([
    [
      'hosts of one path',
      (app) =>
        app
          .get('/a', { config, constraints: { host: 'in.test' } }, handler)
          .get('/a', { constraints: { host: /^out/ } }, handler),
      [host('/a', 'in.test')],
      [host('/a', 'out.test')],
      ['GET /a {"host":"/^out/"}'],
    ],
    [
      'versions of one path',
      (app) =>
        app
          .get('/a', { constraints: { version: '1.0.0' } }, handler)
          .get('/a', { config, constraints: { version: '2.0.0' } }, handler),
      [versioned('/a', '2.x')],
      [versioned('/a', '1.x')],
      ['GET /a {"version":"1.0.0"}'],
    ],
    [
      'an own handler for a 404',
      (app) => app.get('/a', { config }, handler).setNotFoundHandler(notFound),
      [at('/a')],
      [at('/b')],
      ['404 /*'],
    ],
    [
      'own handlers for a 404 in contexts within',
      (app) =>
        app.register(
          within((app) =>
            app.register(
              within((app) => app.setNotFoundHandler(notFound)),
              { prefix: '/c' },
            ),
          ),
          { prefix: '/b' },
        ),
      [],
      [at('/b/c/d')],
      ['404 /b/c/*'],
    ],
    [
      'a route that a hook adds',
      (app) => {
        app.addHook('onRoute', ({ url, method }) => {
          if (method === 'GET' && !url.endsWith('/copy')) app.route({ method: 'GET', url: `${url}/copy`, handler })
        })
        app.get('/a', { config }, handler)
      },
      [at('/a')],
      [at('/a/copy')],
      ['GET /a/copy'],
    ],
    [
      'a config that a later hook takes away, of GET alone',
      (app) => {
        app.addHook('onRoute', (route) => {
          if (route.method === 'HEAD') route.config = {}
        })
        app.get('/a', { config }, handler)
      },
      [at('/a')],
      [at('/a', { method: 'HEAD' })],
      ['HEAD /a'],
    ],
    [
      'a HEAD that goes with a GET',
      (app) => app.get('/a', { config }, handler).get('/b', handler),
      [at('/a', { method: 'HEAD' })],
      [at('/b', { method: 'HEAD' })],
      ['GET /b'],
    ],
    [
      'both spellings of the root of a prefix',
      (app) =>
        app.register(
          within((app) => app.get('/', { config }, handler)),
          { prefix: '/b' },
        ),
      [at('/b'), at('/b/')],
      [],
      [],
    ],
  ])('%s', async (_, lay, refused, passed, named) => {
    const app = Fastify()
    await app.register(keywright((await openKeyring()).keyring))
    await lay(app)
    await app.ready()
    for (const one of refused) expect((await app.inject(one)).statusCode).toBe(401)
    for (const one of passed) expect((await app.inject(one)).statusCode).toBe(200)
    if (named.length > 0) expect(() => assertGuarded(app)).toThrow(`No guard stands before ${named.join(', ')}.`)
    expect(assertGuarded(app, { public: named })).toEqual(named)
  })

  it('a route outside of the context that keywright is loaded in', async () => {
    const { keyring } = await openKeyring()
    const app = Fastify()
    await app.register(
      within(async (app) => {
        await app.register(keywright(keyring))
        app.get('/a', { config }, handler)
      }),
      { prefix: '/in' },
    )
    app.get('/a', { config }, handler)
    await app.register(
      within((app) => app.get('/b', { config }, handler)),
      { prefix: '/beside' },
    )
    await app.ready()
    const statuses = await Promise.all(
      ['/in/a', '/a', '/beside/b'].map(async (url) => (await app.inject(url)).statusCode),
    )
    expect(statuses).toEqual([401, 200, 200])
    expect(() => assertGuarded(app)).toThrow('No guard stands before GET /a, GET /beside/b.')
  })

  it('routes of two keywrights, each in a context of its own', async () => {
    const { keyring } = await openKeyring()
    const app = Fastify()
    for (const prefix of ['/a', '/b']) {
      await app.register(
        within(async (app) => {
          await app.register(keywright(keyring, { everyRoute: prefix === '/b' }))
          app.get('/x', handler)
          app.get('/y', { config }, handler)
        }),
        { prefix },
      )
    }
    await app.ready()
    const urls = ['/a/x', '/a/y', '/b/x', '/b/y']
    const statuses = await Promise.all(urls.map(async (url) => (await app.inject(url)).statusCode))
    expect(statuses).toEqual([200, 401, 401, 401])
    expect(() => assertGuarded(app)).toThrow('No guard stands before GET /a/x.')
  })

  it('a websocket of @fastify/websocket, whose upgrade needs a key, too', async () => {
    const { keyring, token } = await openKeyring()
    const app = Fastify()
    onTestFinished(() => app.close())
    await app.register(websocket)
    await app.register(keywright(keyring))
    const greet = { websocket: true, handler: (socket: unknown) => (socket as WebSocket).send('hello') } // what the plugin gives
    app.route({ method: 'GET', url: '/closed', ...greet, config })
    app.route({ method: 'GET', url: '/open', ...greet })
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo // it listens on a port, not on a pipe
    const statuses = [
      await upgrade(port, '/closed'),
      await upgrade(port, '/closed', token),
      await upgrade(port, '/open'),
    ]
    expect(statuses).toEqual([401, 101, 101])
    expect(() => assertGuarded(app)).toThrow('No guard stands before GET /open.')
  })
})
