import fc from 'fast-check'
import { type Handler, Hono, type MiddlewareHandler } from 'hono'
import { Hono as QuickHono } from 'hono/quick'
import { Hono as TinyHono } from 'hono/tiny'
import { beforeAll, describe, expect, it } from 'vitest'
import { unlessEverything } from '../../../test/support/everything.js'
import { openKeyring } from '../../testkit/test/task-keyring.js'
import { assertGuarded, requireKey } from '../src/index.js'

const handler: Handler = (c) => c.text('ok')
let guard: MiddlewareHandler

beforeAll(async () => {
  guard = requireKey((await openKeyring()).keyring)
})

const pathOf = (segments: readonly string[]) => `/${segments.join('/')}`
const segment = fc.constantFrom('a', 'b', ':x', ':y', '*', '', ':x{[ab]}', ':x{.+}')
const path = fc
  .tuple(fc.array(segment, { maxLength: 3 }), fc.constantFrom('', '', '/*', '/:z?'))
  .map(([segments, end]) => pathOf(segments) + end)
const step = fc.record({
  verb: fc.constantFrom('use', 'use', 'get', 'get', 'post', 'all'),
  path,
  what: fc.constantFrom('guard', 'handler', 'both'),
  isWithin: fc.boolean(),
})
const asked = ['a', 'b', 'c', '', 'a%0Ab'].flatMap((one) => [
  [one],
  ...['a', 'b', ''].flatMap((two) => [[one, two], ...['a', ''].map((three) => [one, two, three])]),
])

const apps = unlessEverything(
  [['Hono', Hono] as const, ['Hono of hono/quick', QuickHono] as const, ['Hono of hono/tiny', TinyHono] as const],
  ([name]) => name === 'Hono',
  ([name]) => `assertGuarded on ${name}`,
)

describe.each(apps)('assertGuarded on %s', (_, App) => {
  it('is content with no app that answers a request without a key (ADP-3)', async () => {
    let content = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), fc.boolean(), async (steps, strict) => {
        const app = new App({ strict })
        const sub = new Hono()
        try {
          for (const { verb, path, what, isWithin } of steps) {
            const handlers = { guard: [guard], handler: [handler], both: [guard, handler] }[what]
            const to = isWithin ? sub : app
            to.on(verb === 'get' ? 'GET' : verb === 'post' ? 'POST' : 'ALL', [path], ...handlers)
          }
          app.route('/a', sub)
          assertGuarded(app)
        } catch {
          return // it names something, which is always allowed, or the router does not take the path
        }
        content += 1
        for (const segments of asked) {
          for (const method of ['GET', 'POST']) {
            const target = pathOf(segments)
            // A router that cannot take the app's paths may say so only now.
            const status = await (async () => (await app.request(target, { method })).status)().catch(
              () => 'unsupported',
            )
            expect([method, target, status]).not.toContain(200)
          }
        }
      }),
      { numRuns: 100 },
    )
    expect(content).toBeGreaterThan(3)
  })
})
