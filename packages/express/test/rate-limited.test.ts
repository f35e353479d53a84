import { organizationOf } from '@keywright/core/store'
import type { RawRequest as Sent } from '@keywright/testkit'
import type { RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import { requireKey } from '../src/index.js'
import { K, keyId, openApp, openKeyring, versions } from './task-board.js'

const authorized: Sent = { fields: [['Authorization', `Bearer ${K}`]] }
const from = (...claims: string[]): Sent => ({
  fields: [...(authorized.fields ?? []), ...claims.map((claim) => ['X-Forwarded-For', claim] as const)],
})

/** A keyring whose one key may be used `limit` times a minute. */
async function limitedTo(limit: number) {
  const opened = await openKeyring()
  await opened.keyring.update(keyId, { rateLimits: [{ limit, windowMs: 60_000 }] })
  return opened
}

describe.each(versions)('requireKey for a rate-limited key, on %s', (_, express) => {
  it('sends the rate-limit fields with 200, 403 and 429, and Retry-After with 429 (HTTP-12, RATE-12)', async () => {
    const { keyring } = await limitedTo(2)
    const { send, handler } = await openApp(express, {
      keyring,
      lay: (app, guard, handler) =>
        app.get('/read', guard, handler).get('/invite', requireKey(keyring, { scopes: ['members.invite'] }), handler),
    })
    const answers = []
    for (const target of ['/read', '/invite', '/read']) answers.push(await send({ ...authorized, target }))
    expect(answers.map(({ status }) => status)).toEqual([200, 403, 429])
    for (const [index, { header }] of answers.entries()) {
      expect(header('RateLimit-Policy')).toBe('"60s";q=2;w=60')
      expect(header('RateLimit')).toMatch(new RegExp(`^"60s";r=${[1, 0, 0][index]};t=(59|60)$`))
    }
    const [, , { header, body, bytes } = expect.unreachable()] = answers
    expect(header('Retry-After')).toMatch(/^(59|60)$/)
    expect(header('Content-Type')).toBe('application/problem+json')
    expect(header('Cache-Control')).toBe('no-store')
    expect(bytes).not.toMatch(/WWW-Authenticate/i)
    expect(JSON.parse(body)).toMatchObject({ status: 429, code: 'rate_limited', 'violated-policies': ['60s'] })
    expect(handler).toHaveBeenCalledOnce()
  })

  it('takes one unit for a request, however many guards it passes (RATE-5)', async () => {
    const { keyring } = await limitedTo(2)
    const narrow = requireKey(keyring, { scopes: ['members.read'] })
    const { send } = await openApp(express, {
      keyring,
      lay: (app, guard, handler) =>
        app.use(guard).use('/api', express.Router().use(guard).get('/members', narrow, handler)),
    })
    const answers = []
    for (let count = 0; count < 3; count += 1) answers.push(await send({ ...authorized, target: '/api/members' }))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429])
    expect(answers[0]?.fields.filter(([name]) => name === 'RateLimit')).toHaveLength(1)
    expect(answers[0]?.header('RateLimit')).toContain('r=1')
    const { owner } = (await keyring.get(keyId)) ?? expect.unreachable()
    expect((await keyring.stats({ organizationId: organizationOf(owner) })).callsLast24h).toBe(2)
  })

  it('does not overwrite rate-limit fields that the app has set', async () => {
    const { keyring } = await limitedTo(2)
    const own: RequestHandler = (_req, res, next) => {
      res.set('RateLimit', '"mine";r=1;t=1')
      next()
    }
    const { send } = await openApp(express, { keyring, lay: (app, guard, handler) => app.use(own, guard, handler) })
    expect((await send(authorized)).header('RateLimit')).toBe('"mine";r=1;t=1')
  })

  it('sends no rate-limit fields for a key without limits', async () => {
    const { send } = await openApp(express)
    expect((await send(authorized)).bytes).not.toMatch(/^(RateLimit|Retry-After)/im)
  })
})

describe.each(versions)('requireKey for a key that is bound to addresses, on %s (HTTP-15)', (_, express) => {
  it.each<[string, readonly string[], readonly string[] | undefined, Sent, number]>([
    ['the socket’s address', ['127.0.0.1'], undefined, from(), 200],
    ['the socket’s address, whatever is claimed', ['127.0.0.1'], undefined, from('203.0.113.9'), 200],
    ['a claim that no proxy made', ['203.0.113.9'], undefined, from('203.0.113.9'), 403],
    ['a claim that another proxy made', ['203.0.113.9'], ['10.0.0.0/8'], from('203.0.113.9'), 403],
    ['what the proxy tells', ['203.0.113.9'], ['127.0.0.1'], from('203.0.113.9'), 200],
    ['a claim before what the proxy tells', ['203.0.113.9'], ['127.0.0.1'], from('203.0.113.9, 198.51.100.1'), 403],
    ['a claim on a line of its own', ['203.0.113.9'], ['127.0.0.1'], from('203.0.113.9', '198.51.100.1'), 403],
    ['the proxy, for nobody', ['203.0.113.9'], ['127.0.0.1'], from('unknown'), 403],
    ['nobody', [], ['127.0.0.1'], from('203.0.113.9'), 403],
  ])('judges by %s', async (_, ipAllowList, trustedProxies, sent, status) => {
    const { keyring } = await openKeyring()
    await keyring.update(keyId, { ipAllowList })
    const { send, handler } = await openApp(express, { keyring, options: { trustedProxies } })
    const answer = await send(sent)
    expect(answer.status).toBe(status)
    expect(handler).toHaveBeenCalledTimes(status === 200 ? 1 : 0)
    if (status === 403) expect(JSON.parse(answer.body)).toMatchObject({ code: 'api_key_not_allowed_here' })
  })

  it('takes the setting of the app that the route is mounted in, and asks its function as Express does', async () => {
    const { keyring } = await openKeyring()
    await keyring.update(keyId, { ipAllowList: ['203.0.113.9'] })
    const asked: unknown[][] = []
    const { send } = await openApp(express, {
      keyring,
      options: { trustedProxies: 'framework' },
      lay: (app, guard, handler) => {
        const inner = express().set('trust proxy', (...what: unknown[]) => {
          asked.push(what)
          return what[1] === 0
        })
        app.set('trust proxy', false).use(inner.use(guard, handler))
      },
    })
    expect((await send(from('198.51.100.1, 203.0.113.9'))).status).toBe(200)
    expect((await send(from('203.0.113.9, 198.51.100.1'))).status).toBe(403)
    expect(asked).toContainEqual(['127.0.0.1', 0])
    expect(asked).toContainEqual(['203.0.113.9', 1])
  })

  it("ignores the app's own trust proxy setting, unless it is told to take it", async () => {
    const { keyring } = await openKeyring()
    await keyring.update(keyId, { ipAllowList: ['203.0.113.9'] })
    const { send } = await openApp(express, {
      keyring,
      lay: (app, guard, handler) => app.set('trust proxy', true).use(guard, handler),
    })
    expect((await send(from('203.0.113.9'))).status).toBe(403)
  })
})
