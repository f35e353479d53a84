import { type Handler, Hono, type MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import { beforeAll, describe, expect, it } from 'vitest'
import { openKeyring } from '../../testkit/test/task-keyring.js'
import { assertGuarded, requireKey } from '../src/index.js'

const handler: Handler = (c) => c.text('ok')
const other: MiddlewareHandler = (_c, next) => next()
let guard: MiddlewareHandler

beforeAll(async () => {
  guard = requireKey((await openKeyring()).keyring)
})

describe('assertGuarded on Hono', () => {
  type Lay = (app: Hono) => unknown

  it.each<[string, Lay]>([
    ['nothing', () => {}],
    ['on the route', (app) => app.get('/a', guard, handler)],
    ['on the route, behind other middleware', (app) => app.post('/a', other, guard, handler)],
    ['before everything', (app) => app.use(cors(), guard).get('/a', handler).all('/b/:c', handler)],
    ['on a path above', (app) => app.use('/api/*', guard).get('/api', handler).get('/api/:a/b', handler)],
    ['on a path with a parameter', (app) => app.use('/boards/:id/*', guard).get('/boards/:board/tasks', handler)],
    ['in a sub-app', (app) => app.route('/api', new Hono().use(guard).get('/a', handler))],
    [
      'in a sub-app with errors of its own',
      (app) => app.route('/api', new Hono().onError(() => new Response()).get('/a', guard, handler)),
    ],
  ])('finds nothing: %s', (_, lay) => {
    const app = new Hono()
    lay(app)
    expect(assertGuarded(app)).toEqual([])
  })

  it.each<[string, Lay, string[]]>([
    ['none', (app) => app.get('/a', handler).post('/a', guard, handler), ['GET /a']],
    ['none, behind other middleware', (app) => app.get('/a', other, handler), ['GET /a']],
    ['after the route', (app) => app.get('/a', handler).use(guard), ['GET /a']],
    ['before a second handler of the route', (app) => app.get('/a', handler).get('/a', guard, handler), ['GET /a']],
    ['on another method', (app) => app.get('/a', guard, handler).put('/a', handler), ['PUT /a']],
    ['on another path', (app) => app.use('/api/*', guard).get('/apis', handler), ['GET /apis']],
    ['on one path alone', (app) => app.use('/api', guard).get('/api/a', handler), ['GET /api/a']],
    [
      'on a path with a literal',
      (app) => app.use('/boards/b1/*', guard).get('/boards/:id/tasks', handler),
      ['GET /boards/:id/tasks'],
    ],
    ['on a path with a pattern', (app) => app.use('/:id{[0-9]+}', guard).get('/:id', handler), ['GET /:id']],
    ['for less than the route takes', (app) => app.use('/f/:x', guard).get('/f/*', handler), ['GET /f/*']],
    [
      'in another sub-app',
      (app) => app.route('/a', new Hono().use(guard)).route('/b', new Hono().all('/c', handler)),
      ['ALL /b/c'],
    ],
  ])('finds the route: guard %s', (_, lay, unguarded) => {
    const app = new Hono()
    lay(app)
    expect(() => assertGuarded(app)).toThrow(`No guard stands before ${unguarded.join(', ')}.`)
    expect(assertGuarded(app, { open: unguarded })).toEqual(unguarded)
  })
})
