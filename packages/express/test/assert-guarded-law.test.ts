import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { rawRequest } from '@keywright/testkit'
import type { RequestHandler, Router } from 'express'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assertGuarded, requireKey } from '../src/index.js'
import { openKeyring, versions } from './task-board.js'

const handler: RequestHandler = (_req, res) => void res.send('ok')
const path = fc
  .tuple(fc.array(fc.constantFrom('a', 'A', 'b', ':x', ':y', ''), { maxLength: 2 }), fc.constantFrom('', '', '/', '/*'))
  .map(([segments, end]) => `/${segments.join('/')}${end}`)
const step = fc.record({
  verb: fc.constantFrom('use', 'use', 'get', 'get', 'post', 'all'),
  path,
  what: fc.constantFrom('guard', 'handler', 'both'),
  isWithin: fc.boolean(),
})
const targets = [
  '/',
  '/a',
  '/A',
  '/a/',
  '//a',
  '/b',
  '/c',
  '/a/a',
  '/a/A',
  '/a/b',
  '/A/c/',
  '/a//b',
  '//a/b',
  '/a/b/c',
  '/a/c//',
]

describe.each(versions)('assertGuarded on %s', (name, express) => {
  it('is content with no app that answers a request without a key (ADP-3)', async () => {
    const guard = requireKey((await openKeyring()).keyring)
    let content = 0
    const rules = fc.record({ strict: fc.boolean(), caseSensitive: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), rules, path, async (steps, rules, mount) => {
        const app = express()
        const sub: Router = express.Router(rules)
        const written = (one: string) => (name === 'Express 5' ? one.replace('*', '*rest') : one)
        for (const { verb, path, what, isWithin } of steps) {
          const handlers = { guard: [guard], handler: [handler], both: [guard, handler] }[what]
          const to = isWithin ? sub : app
          to[verb as 'use'](written(path), ...handlers)
        }
        app.use(written(mount), sub)
        try {
          assertGuarded(app)
        } catch {
          return // it names something, which is always allowed
        }
        content += 1
        const server = createServer(app)
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
        const { port } = server.address() as AddressInfo // it listens on a port, not on a pipe
        const asked = targets.flatMap((target) => ['GET', 'HEAD', 'POST'].map((method) => ({ method, target })))
        const answers = await Promise.all(
          asked.map(async (one) => ({ ...one, status: (await rawRequest(port, one)).status })),
        )
        server.close()
        expect(answers.filter(({ status }) => status === 200)).toEqual([])
      }),
      { numRuns: 100 },
    )
    expect(content).toBeGreaterThan(0)
  })
})
