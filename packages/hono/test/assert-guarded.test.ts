import { type Context, type Handler, Hono, type MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import { Hono as QuickHono } from 'hono/quick'
import { Hono as TinyHono } from 'hono/tiny'
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
  ])('passes an app with %s', (_, lay) => {
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
  ])('names the route whose guard is %s', (_, lay, unguarded) => {
    const app = new Hono()
    lay(app)
    expect(() => assertGuarded(app)).toThrow(`No guard stands before ${unguarded.join(', ')}.`)
    expect(assertGuarded(app, { public: unguarded })).toEqual(unguarded)
  })
})

/** An answer to who has no key: whether a guard stood there is what it tells. */
const answer: MiddlewareHandler = async (c, _next) => c.text('ok')
const router = (lay: (app: Hono) => unknown, options = {}) => {
  const app = new Hono(options)
  lay(app)
  return app
}

describe.each([
  ['Hono', Hono],
  ['Hono of hono/quick', QuickHono],
  ['Hono of hono/tiny', TinyHono],
])('assertGuarded on %s says what a request without a key meets (ADP-3):', (name, App) => {
  type Lay = (app: Hono) => unknown
  const isQuick = name.endsWith('quick') // which adds a slash of its own to a route that ends in one
  const isTiny = name.endsWith('tiny') // of any path

  it.each<[string, Lay, string[], string[]]>([
    [
      'a sub-app with a base path',
      (app) =>
        app.route(
          '/v1',
          router((a) => a.basePath('/x').use(guard).get('/a', handler)),
        ),
      ['GET /v1/x/a'],
      [],
    ],
    [
      'a guard on a path that ends in a slash',
      (app) => app.use('/a/', guard).get('/a', handler),
      isTiny ? ['GET /a'] : [],
      isTiny ? [] : ['GET /a'],
    ],
    [
      'a route that ends in a slash',
      (app) => app.use('/a', guard).get('/a/', handler),
      isTiny ? ['GET /a/'] : [],
      isTiny ? [] : [isQuick ? 'GET /a//' : 'GET /a/', 'GET /a/'],
    ],
    [
      'a double slash under a guard of all below',
      (app) => app.use('/a/*', guard).get('/a//b', handler),
      ['GET /a//b'],
      [],
    ],
    [
      'a double slash in the path of the guard',
      (app) => app.use('/a//*', guard).get('/a/b', handler),
      isTiny ? ['GET /a/b'] : [],
      isTiny ? [] : ['GET /a/b'],
    ],
    [
      'a guard that is middleware of one method',
      (app) => app.get('/a/*', guard).get('/a/b', handler).post('/a/b', handler),
      ['GET /a/b'],
      ['POST /a/b'],
    ],
    [
      'on with several methods and paths',
      (app) => app.on(['GET', 'PURGE'], ['/a', '/b'], guard, handler).on('PURGE', '/c', handler),
      ['GET /a', 'PURGE /b'],
      ['PURGE /c'],
    ],
    [
      'a guard of GET before a route of all methods',
      (app) => app.get('/a', guard).all('/a', handler),
      ['GET /a'],
      ['POST /a', 'ALL /a'],
    ],
    [
      'an optional parameter',
      (app) => app.use('/a/:b', guard).get('/a/:b?', handler),
      ['GET /a/1'],
      ['GET /a', 'GET /a/:b?'],
    ],
    [
      'an optional parameter under a guard of all below',
      (app) => app.use('/a/*', guard).get('/a/:b?', handler),
      ['GET /a/1', 'GET /a'],
      [],
    ],
    [
      'a wildcard in the middle',
      (app) => app.use('/a/*/c', guard).get('/a/:b/c', handler).get('/a/:b/d', handler),
      ['GET /a/1/c'],
      ['GET /a/1/d', 'GET /a/:b/d'],
    ],
    [
      'guards of some depths',
      (app) => app.use('/f', guard).use('/f/:a', guard).use('/f/:a/:b', guard).get('/f/*', handler),
      ['GET /f', 'GET /f/1/2'],
      ['GET /f/1/2/3', 'GET /f/*'],
    ],
    [
      'one pattern for guard and route',
      (app) => app.use('/u/:id{[0-9]+}/*', guard).get('/u/:id{[0-9]+}/posts', handler),
      ['GET /u/1/posts'],
      [],
    ],
    ['a pattern below a guard', (app) => app.use('/u/*', guard).get('/u/:id{[0-9]+}', handler), ['GET /u/1'], []],
    ['a line break in a segment', (app) => app.use('/a/*', guard).get('/a/:b', handler), ['GET /a/x%0Ay'], []],
    [
      'a mounted app behind a guard',
      (app) => app.use('/m/*', guard).mount('/m', () => new Response('ok')),
      ['GET /m/x', 'POST /m'],
      [],
    ],
  ])('%s', async (_, lay, refused, open) => {
    const app = new App()
    lay(app)
    const statuses = async (requests: string[]) => {
      const answers = requests.map((one) => app.request(one.replace(/^.* /, ''), { method: one.replace(/ .*$/, '') }))
      return (await Promise.all(answers)).map(({ status }) => status)
    }
    const asked = open.length > 1 ? open.slice(0, -1) : open
    expect(await statuses(refused)).toEqual(refused.map(() => 401))
    expect(await statuses(asked)).toEqual(asked.map(() => 200))
    const named = open.slice(-1)
    if (named.length > 0) expect(() => assertGuarded(app)).toThrow(`No guard stands before ${named}.`)
    expect(assertGuarded(app, { public: named })).toEqual(named)
  })

  it.each<[string, Lay, string, string, RegExp, number]>([
    ['a last handler that takes next', (app) => app.get('/a', answer), '/a', 'GET /a', /takes next/, 200],
    [
      'the same, before a page for all',
      (app) => app.get('/a', answer).get('*', handler),
      '/a',
      'GET /a',
      /takes next/,
      200,
    ],
    ['middleware that answers', (app) => app.use('/a/*', answer), '/a/b', 'ALL /a/*', /takes next/, 200],
    ['a mounted app', (app) => app.mount('/m', () => new Response('ok')), '/m/x', 'ALL /m/*', /takes next/, 200],
    [
      'a mounted app before a page for all',
      (app) => app.mount('/m', () => new Response('ok')).get('*', guard, handler),
      '/m/x',
      'ALL /m/*',
      /takes next/,
      200,
    ],
    [
      'patterns that differ',
      (app) => app.use('/:id{[^/]*}', guard).get('/:id', handler),
      '/1',
      'GET /:id',
      /asks for a pattern/,
      401,
    ],
    [
      'more paths than are tried',
      (app) => app.use('/a/a', guard).get('/*/:x{[ab]}/*', handler),
      '/a/a/a',
      'GET /*/:x{[ab]}/*',
      /too many paths/,
      200,
    ],
    [
      'a pattern beside a guard',
      (app) => app.use('/1', guard).get('/:id{1}', handler),
      '/1',
      'GET /:id{1}',
      /cannot be compared/,
      401,
    ],
  ])('of %s that it cannot tell', async (_, lay, path, route, why, status) => {
    const app = new App()
    lay(app)
    expect((await app.request(path)).status).toBe(status)
    expect(() => assertGuarded(app)).toThrow(`Cannot tell whether a guard stands before ${route}: `)
    expect(() => assertGuarded(app)).toThrow(why)
    const named = assertGuarded(app, { public: [route, 'GET /*'] })
    expect(named).toContain(route)
  })
})

describe('assertGuarded on Hono, for apps of another kind (ADP-3)', () => {
  it('sees one path with and without a slash at its end, where the app does', async () => {
    const app = router((app) => app.use('/a', guard).get('/a', handler), { strict: false })
    expect((await app.request('/a/')).status).toBe(401)
    expect(assertGuarded(app)).toEqual([])
  })

  it('sees hosts, where the app puts them into the path', async () => {
    const getPath = ({ url }: Request) => url.replace(/^https?:\/\//, '/')
    const app = router((app) => app.use('/in.test/*', guard).get('/:host/a', handler), { getPath })
    expect((await app.request('http://in.test/a')).status).toBe(401)
    expect((await app.request('http://out.test/a')).status).toBe(200)
    expect(() => assertGuarded(app)).toThrow('No guard stands before GET /:host/a.')
  })

  it('does not count what only looks like a guard', async () => {
    const wrapped: MiddlewareHandler = (c: Context, next) => guard(c, next)
    const app = router((app) => app.get('/a', wrapped, handler))
    expect((await app.request('/a')).status).toBe(401)
    expect(() => assertGuarded(app)).toThrow('GET /a')
  })
})
