import type { ErrorRequestHandler, Express, RequestHandler } from 'express'
import { beforeAll, describe, expect, it } from 'vitest'
import { assertGuarded, requireKey } from '../src/index.js'
import { openApp, openKeyring, versions } from './task-board.js'

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
  ])('passes an app with %s', (_, lay) => {
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
    ['none before what takes no next', (app) => app.use('/a', (_req, res) => void res.send('ok')), ['ALL /a/*']],
    ['none, on all methods', (app) => app.all('/a', handler), ['ALL /a']],
  ])('finds the route: guard %s', (_, lay, unguarded) => {
    const app = express()
    lay(app)
    expect(() => assertGuarded(app)).toThrow(`No guard stands before ${unguarded.join(', ')}.`)
    expect(() => assertGuarded(app, { public: ['GET /other'] })).toThrow()
    expect(assertGuarded(app, { public: [...unguarded, 'GET /other'] })).toEqual(unguarded)
  })

  it('checks a router on its own, and refuses anything else', () => {
    expect(() => assertGuarded(router().get('/a', handler))).toThrow('GET /a')
    expect(() => assertGuarded({})).toThrow(TypeError)
  })
})

describe.each(versions)('assertGuarded on %s says what a request without a key meets (ADP-3):', (version, express) => {
  const is4 = version === 'Express 4'
  const router = (options = {}) => express.Router(options)
  type Lay = (app: Express) => unknown
  const handler: RequestHandler = (_req, res) => void res.send('ok')
  const onError: ErrorRequestHandler = (_error, _req, _res, next) => next()
  const fail: RequestHandler = (_req, _res, next) => next(new Error('mine'))
  const skip: RequestHandler = (_req, _res, next) => next('route')
  const leave: RequestHandler = (_req, _res, next) => next('router')
  const rest = is4 ? '*' : '/*rest'
  const optional = is4 ? '/:b?' : '{/:b}'

  /** Serves what `lay` lays, and asks it for the statuses of requests. */
  const serve = async (lay: Lay) => {
    let laid: Express | undefined
    const { send } = await openApp(express, {
      lay: (app) => {
        lay(app)
        laid = app
      },
    })
    const statuses = async (requests: readonly string[]) => {
      const answers = requests.map((one) => send({ method: one.split(' ')[0], target: one.split(' ')[1] }))
      return (await Promise.all(answers)).map(({ status }) => status)
    }
    return { app: laid ?? expect.unreachable(), statuses }
  }

  it.each<[string, Lay, string[], string[], string[]]>([
    [
      'a route of another case',
      (app) => app.use('/api', guard).get('/API/a', handler),
      ['GET /api/a', 'GET /API/A'],
      [],
      [],
    ],
    [
      'a guard that minds the case, before a route that does not',
      (app) =>
        app
          .use(router({ caseSensitive: true }).use('/api', guard))
          .use('/api', router({ caseSensitive: true }).use(guard))
          .get('/b', handler),
      [],
      ['GET /b'],
      ['GET /b'],
    ],
    [
      'a mount that minds no case, and a router that does',
      (app) => app.use('/API', guard, router({ caseSensitive: true }).get('/a', handler)),
      ['GET /api/a'],
      [],
      [],
    ],
    [
      'an app that minds the case',
      (app) => void app.enable('case sensitive routing').use('/api', guard).get('/API/a', handler),
      [],
      ['GET /API/a'],
      ['GET /API/a'],
    ],
    [
      'a strict router',
      (app) => app.use(router({ strict: true }).get('/a', guard).get('/a/', handler)),
      [],
      ['GET /a/'],
      ['GET /a/'],
    ],
    [
      'a guard of a route that is not strict',
      (app) => app.get('/a/', guard).get('/a', handler),
      ['GET /a', 'GET /a/'],
      [],
      [],
    ],
    [
      'a double slash behind a mount',
      (app) => app.use('/a', guard).use('/a', router().get('/b', handler)),
      ['GET /a//b'],
      [],
      [],
    ],
    ['a double slash before a route', (app) => app.use('/a', guard).get('//a', handler), [], ['GET //a'], ['GET //a']],
    [
      'all, before the routes',
      (app) => app.all(`/api${rest}`, guard).get('/api/a', handler).get('/other', handler),
      ['GET /api/a'],
      ['GET /other'],
      ['GET /other'],
    ],
    ['a guard of GET, for HEAD', (app) => app.get('/a', guard).get('/a', handler), ['GET /a', 'HEAD /a'], [], []],
    [
      'a HEAD of its own before the guard of GET',
      (app) =>
        app
          .route('/a')
          .head((_q, _s, next) => next())
          .get(guard) && app.get('/a', handler),
      ['GET /a'],
      ['HEAD /a'],
      ['HEAD /a', 'GET /a'],
    ],
    ['all of a route', (app) => app.route('/a').all(guard).all(handler), ['GET /a', 'POST /a'], [], []],
    [
      'all behind a guard of GET',
      (app) => app.get('/a', guard).all('/a', handler),
      ['GET /a'],
      ['POST /a'],
      ['ALL /a'],
    ],
    [
      'several paths',
      (app) => app.use(['/a', '/b'], guard).get(['/a', '/b/c', '/d'], handler),
      ['GET /a', 'GET /b/c'],
      ['GET /d'],
      ['GET /d'],
    ],
    [
      'a parameter in the mount',
      (app) =>
        app.use('/o/:id', guard).use('/o/:id', router().get('/a', handler)).get('/o/1', handler).get('/o', handler),
      ['GET /o/7/a', 'GET /o/1'],
      ['GET /o'],
      ['GET /o'],
    ],
    [
      'a literal where the route takes any',
      (app) => app.use('/o/1', guard).get('/o/:id', handler),
      ['GET /o/1'],
      ['GET /o/2'],
      ['GET /o/:id'],
    ],
    [
      'an optional parameter',
      (app) => app.use('/a/:b', guard).get(`/a${optional}`, handler),
      ['GET /a/1'],
      ['GET /a'],
      [`GET /a${optional}`],
    ],
    [
      'a route that leaves itself before its guard',
      (app) => app.get('/a', skip, guard).get('/a', handler),
      [],
      ['GET /a'],
      ['GET /a'],
    ],
    [
      'a router that is left before its guard',
      (app) => app.use(router().use(leave, guard).get('/a', handler)).get('/a', handler),
      [],
      ['GET /a'],
      ['GET /a'],
    ],
    ['a regular expression below a guard', (app) => app.use(guard).get(/^\/a+$/, handler), ['GET /aa'], [], []],
    ['a regular expression without a guard', (app) => app.get(/^\/a+$/, handler), [], ['GET /aa'], ['GET /^\\/a+$/']],
    [
      'an app mounted behind a guard',
      (app) => app.use('/m', guard).use('/m', express().get('/a', handler)),
      ['GET /m/a'],
      [],
      [],
    ],
    ['an error handler before the guard', (app) => app.use(onError, guard).get('/a', handler), ['GET /a'], [], []],
    [
      'a suffix behind a dot',
      (app) => app.use('/a', guard).get('/a.json', handler),
      [],
      ['GET /a.json'],
      ['GET /a.json'],
    ],
    [
      'a guard on a regular expression that minds the case',
      (app) => app.use(/^\/a/, guard).get('/a', handler),
      ['GET /a'],
      ['GET /A'],
      ['GET /a'],
    ],
  ])('%s', async (_, lay, refused, passed, named) => {
    const { app, statuses } = await serve(lay)
    expect(await statuses(refused)).toEqual(refused.map(() => 401))
    expect(await statuses(passed)).toEqual(passed.map(() => 200))
    if (named.length > 0) expect(() => assertGuarded(app)).toThrow(`No guard stands before ${named.join(', ')}.`)
    expect(assertGuarded(app, { public: named })).toEqual(named)
  })

  it('a guard in a router that is mounted twice, behind one of which stands a guard', async () => {
    const inner = router().get('/open', handler).use(guard).get('/closed', handler)
    const { app, statuses } = await serve((app) => app.use('/a', guard, inner).use('/b', inner))
    expect(await statuses(['GET /a/open', 'GET /a/closed', 'GET /b/open', 'GET /b/closed'])).toEqual([
      401, 401, 200, 401,
    ])
    expect(() => assertGuarded(app)).toThrow('No guard stands before GET /b/open.')
    expect(assertGuarded(app, { public: ['GET /b/open'] })).toEqual(['GET /b/open'])
  })

  it.each<[string, Lay, string, string, RegExp, number]>([
    [
      'a guard on a regular expression',
      (app) => app.use(/^\/a/i, guard).get('/a', handler),
      '/a',
      'GET /a',
      /regular expression/,
      401,
    ],
    [
      'a regular expression beside a guard',
      (app) => app.use('/a', guard).get(/^\/[ab]$/, handler),
      '/b',
      'GET /^\\/[ab]$/',
      /cannot be compared/,
      200,
    ],
    [
      'a mount on a regular expression',
      (app) => app.use('/a', guard).use(/^\/[ab]/, router().get('/c', handler)),
      '/b/c',
      `GET /(${/^\/[ab]/})/c`,
      /cannot be compared/,
      200,
    ],
    ['a mounted app', (app) => app.use('/m', express().get('/a', guard, handler)), '/m/a', 'ALL /m/*', /mounted/, 401],
    [
      'an error handler behind the guard',
      (app) => app.use(fail, guard, onError).get('/a', handler),
      '/a',
      'GET /a',
      /error handler/,
      200,
    ],
    [
      'an error handler in the list of the route',
      (app) => app.get('/a', fail, guard, onError, handler),
      '/a',
      'GET /a',
      /error handler/,
      200,
    ],
  ])('%s is one that it cannot tell', async (_, lay, path, route, why, status) => {
    const { app, statuses } = await serve(lay)
    expect(await statuses([`GET ${path}`])).toEqual([status])
    expect(() => assertGuarded(app)).toThrow(`Cannot tell whether a guard stands before ${route}: `)
    expect(() => assertGuarded(app)).toThrow(why)
    expect(assertGuarded(app, { public: [route] })).toEqual([route])
  })

  it('a guard that router.param runs is not seen', async () => {
    const { app, statuses } = await serve((app) => {
      const byParam = router()
      byParam.param('id', (req, res, next) => guard(req, res, next))
      app.use(byParam.get('/o/:id', handler))
    })
    expect(await statuses(['GET /o/1'])).toEqual([401])
    expect(() => assertGuarded(app)).toThrow('No guard stands before GET /o/:id.')
  })
})
