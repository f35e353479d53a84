import type { Express, RequestHandler } from 'express'
import { beforeAll, describe, expect, it } from 'vitest'
import { assertGuarded, requireKey } from '../src/index.js'
import { openKeyring, versions } from './task-board.js'

const handler: RequestHandler = (_req, res) => void res.send('ok')
let guard: RequestHandler

beforeAll(async () => {
  guard = requireKey((await openKeyring()).keyring)
})

describe.each(versions)('assertGuarded on %s', (_, express) => {
  const router = () => express.Router()
  type Lay = (app: Express) => unknown

  it.each<[string, Lay]>([
    ['nothing', () => {}],
    ['on the route', (app) => app.get('/a', guard, handler)],
    ['on the route, behind other middleware', (app) => app.post('/a', express.json(), guard, handler)],
    ['on each method of a route', (app) => app.route('/a').all(guard).get(handler).post(handler)],
    ['before everything', (app) => app.use(guard).get('/a', handler).use('/b', router().get('/c', handler))],
    ['on the mount', (app) => app.use('/api', guard, router().get('/a', handler).get('/b/:id', handler))],
    ['on a mount above', (app) => app.use('/api', guard).use('/api/v1', router().get('/a', handler))],
    ['in the router', (app) => app.use('/api', router().use(guard).get('/a', handler))],
    ['on a path above', (app) => app.use('/api', guard).get('/api/a', handler)],
    ['before a mounted app', (app) => app.use('/api', guard, express().get('/a', handler))],
    ['middleware alone', (app) => app.use(express.json())],
  ])('finds nothing: %s', (_, lay) => {
    const app = express()
    lay(app)
    expect(assertGuarded(app)).toEqual([])
  })

  it.each<[string, Lay, string[]]>([
    ['none', (app) => app.get('/a', handler).post('/a', guard, handler), ['GET /a']],
    ['after the route', (app) => app.get('/a', handler).use(guard), ['GET /a']],
    ['after the handler', (app) => app.get('/a', handler, guard), ['GET /a']],
    ['on another method', (app) => app.route('/a').get(guard).post(handler).get(handler), ['POST /a']],
    ['on another path', (app) => app.use('/api', guard).get('/apis', handler), ['GET /apis']],
    ['on a path below', (app) => app.use('/api/a', guard).get('/api', handler), ['GET /api']],
    [
      'in another router',
      (app) => app.use('/a', router().use(guard)).use('/a', router().all('/b', handler)),
      ['ALL /a/b'],
    ],
    ['on one of several paths', (app) => app.use('/a', guard).get(['/a', '/b'], handler), ['GET /b']],
    ['none before a mounted app', (app) => app.use('/api', express().get('/a', guard, handler)), ['ALL /api/*']],
    ['where the path cannot be told', (app) => app.use(/^\/a/, guard).get('/a', handler), ['GET /a']],
  ])('finds the route: guard %s', (_, lay, unguarded) => {
    const app = express()
    lay(app)
    expect(() => assertGuarded(app)).toThrow(`No guard stands before ${unguarded.join(', ')}.`)
    expect(() => assertGuarded(app, { open: ['GET /other'] })).toThrow()
    expect(assertGuarded(app, { open: [...unguarded, 'GET /other'] })).toEqual(unguarded)
  })

  it('looks at a router by itself, and at nothing that is neither', () => {
    expect(() => assertGuarded(router().get('/a', handler))).toThrow('GET /a')
    expect(() => assertGuarded({})).toThrow(TypeError)
  })
})
