import Fastify, { type FastifyInstance } from 'fastify'
import { describe, expect, it } from 'vitest'
import { openKeyring } from '../../testkit/test/task-keyring.js'
import { assertGuarded, keywright } from '../src/index.js'

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

  it('finds nothing where every route asks for a key', async () => {
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
  ])('finds the route with %s', async (_, lay, unguarded) => {
    const app = await open(lay)
    expect(() => assertGuarded(app)).toThrow(`No guard stands before ${unguarded.join(', ')}.`)
    expect(assertGuarded(app, { open: unguarded })).toEqual(unguarded)
  })

  it('finds an open route even where everyRoute is asked for', async () => {
    const app = await open((app) => app.get('/a', { config: { key: false } }, handler), { everyRoute: true })
    expect(() => assertGuarded(app)).toThrow('GET /a')
  })

  it('does not speak of an app whose routes it has not seen', async () => {
    const { keyring } = await openKeyring()
    const early = Fastify()
    early.get('/a', handler)
    await early.register(keywright(keyring))
    expect(() => assertGuarded(early)).toThrow('before keywright was loaded')
    expect(() => assertGuarded(Fastify())).toThrow('needs an app')
  })
})
