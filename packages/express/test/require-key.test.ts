import type { RawRequest } from '@keywright/testkit'
import type { RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import { principalOf, requireKey } from '../src/index.js'
import { K, KT, keyId, openApp, openKeyring, versions } from './task-board.js'

const authorized: RawRequest = { fields: [['Authorization', `Bearer ${K}`]] }
const fail = (error: unknown) => () => {
  throw error
}

describe.each(versions)('requireKey on %s', (name, express) => {
  const open = (options: Parameters<typeof openApp>[1] = {}) => openApp(express, options)

  it('is tested on that version', () => {
    expect('del' in express.application).toBe(name === 'Express 4')
  })

  describe('when it cannot know (ADP-1, HTTP-9)', () => {
    it('because the gate itself fails, hands Express an Error, even when undefined was thrown', async () => {
      const breakHeaders: RequestHandler = (req, _res, next) => {
        Object.defineProperty(req, 'rawHeaders', { get: fail(undefined) })
        next()
      }
      const { send, handler, errors } = await open({
        lay: (app, guard, handler) => app.use(breakHeaders, guard, handler),
      })
      expect((await send(authorized)).status).toBe(500)
      expect(handler).not.toHaveBeenCalled()
      expect(errors).toEqual([expect.any(Error)])
    })

    it('because something else has begun to answer, hands the request to Express', async () => {
      const begin: RequestHandler = (_req, res, next) => {
        res.write('half')
        next()
      }
      const { send, handler, errors } = await open({ lay: (app, guard, handler) => app.use(begin, guard, handler) })
      expect((await send()).body).toContain('half')
      expect(handler).not.toHaveBeenCalled()
      expect(errors).toMatchObject([{ cause: { code: 'ERR_HTTP_HEADERS_SENT' } }])
    })
  })

  it('leaves errors of a handler to Express', async () => {
    const { send, handler, errors } = await open()
    handler.mockImplementation(fail(new Error('mine')))
    expect((await send(authorized)).status).toBe(500)
    expect(errors).toMatchObject([{ message: 'mine' }])
    expect(handler).toHaveBeenCalledOnce()
  })

  it('finds a key in the query, however deep it is mounted and whatever has rewritten the URL (HTTP-7)', async () => {
    const dropQuery: RequestHandler = (req, _res, next) => {
      req.url = req.url.replace(/\?.*/, '')
      next()
    }
    const { send, handler, events } = await open({
      lay: (app, guard, handler) => app.use('/outer', dropQuery, express.Router().use('/inner', guard, handler)),
    })
    const answer = await send({ ...authorized, target: `/outer/inner/x?k=${K}` })
    expect(answer.status).toBe(400)
    expect(answer.header('WWW-Authenticate')).toMatch(/^Bearer realm="api", error="invalid_request", error_desc/)
    expect(events).toContainEqual(expect.objectContaining({ type: 'api_key.exposed_in_url', keyId }))
    expect(handler).not.toHaveBeenCalled()
    expect((await send({ ...authorized, target: '/outer/inner/x?k=demo' })).status).toBe(200)
  })

  describe('keeps answers to X-API-Key out of shared caches (HTTP-11)', () => {
    const set = (name: string, value: string): RequestHandler => {
      return (_req, res, next) => {
        res.set(name, value)
        next()
      }
    }

    it.each<[string, (guard: RequestHandler) => RequestHandler[], string, string]>([
      ['by itself', (guard) => [guard], 'X-API-Key', 'private'],
      ['once, where two guards stand', (guard) => [guard, guard], 'X-API-Key', 'private'],
      ['beside another Vary', (guard) => [set('Vary', 'Origin'), guard], 'Origin, X-API-Key', 'private'],
      ['unless the app has spoken', (guard) => [set('Cache-Control', 'no-store'), guard], 'X-API-Key', 'no-store'],
      ['unless the handler speaks', (guard) => [guard, set('Cache-Control', 'public')], 'X-API-Key', 'public'],
    ])('%s', async (_, stack, vary, cacheControl) => {
      const { send } = await open({ lay: (app, guard, handler) => app.use(...stack(guard), handler) })
      const answer = await send({ fields: [['X-API-Key', K]] })
      expect(answer.status).toBe(200)
      expect([answer.header('Vary'), answer.header('Cache-Control')]).toEqual([vary, cacheControl])
    })
  })

  it('counts one use for guards that stand one behind the other (RATE-5)', async () => {
    const { keyring } = await openKeyring({ rateLimits: { burst: { limit: 2, windowMs: 60_000 } } })
    const inner = requireKey(keyring, { scopes: ['members.read'] })
    const { send } = await open({ keyring, lay: (app, guard, handler) => app.use(guard, inner, inner, handler) })
    const statuses = [await send(authorized), await send(authorized), await send(authorized)].map(
      ({ status }) => status,
    )
    expect(statuses).toEqual([200, 200, 429])
  })

  describe('with fallback', () => {
    const logIn: RequestHandler = (req, res, next) =>
      req.headers.cookie === 'sid=good' ? next() : res.status(401).send('Who are you?')
    const jwt = 'Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln'
    const typo = `${K.slice(0, -1)}s`
    const openWith = async (fallback: RequestHandler) => {
      const app = await open({ options: { fallback } })
      app.handler.mockImplementation((req, res) => void res.send(principalOf(req)?.key.id ?? 'a person'))
      return app
    }

    it.each<[string, RawRequest['fields'], number, string]>([
      ['lets a person in', [['Cookie', 'sid=good']], 200, 'a person'],
      ['answers in place of the guard', [['Cookie', 'sid=bad']], 401, 'Who are you?'],
      ['is asked about a bearer token of its own', [['Authorization', jwt]], 401, 'Who are you?'],
      ['is not asked about a key', authorized.fields, 200, keyId],
      [
        'does not make up for a bad key',
        [
          ['X-API-Key', typo],
          ['Cookie', 'sid=good'],
        ],
        401,
        'api_key_invalid',
      ],
      [
        'nor for one of another environment',
        [
          ['Authorization', `Bearer ${KT}`],
          ['Cookie', 'sid=good'],
        ],
        401,
        'api_key_invalid',
      ],
      [
        'nor for a malformed header',
        [
          ['Authorization', K],
          ['Cookie', 'sid=good'],
        ],
        400,
        'api_key_malformed',
      ],
      [
        'nor for a key beside a token, which is the key',
        [
          ['Authorization', jwt],
          ['X-API-Key', K],
          ['Cookie', 'sid=good'],
        ],
        200,
        keyId,
      ],
    ])('%s', async (_, fields, status, body) => {
      const { send, events } = await openWith(logIn)
      const answer = await send({ fields })
      expect([answer.status, answer.body]).toEqual([status, expect.stringContaining(body)])
      expect(events).toHaveLength(body.startsWith('api_key') ? 1 : 0)
    })

    it.each<[string, RequestHandler]>([
      ['throws', fail(new Error('down'))],
      ['throws nothing', fail(undefined)],
      ['rejects', () => Promise.reject(new Error('down'))],
      ['passes an error on', (_req, _res, next) => next(new Error('down'))],
    ])('lets nobody in when the fallback %s', async (_, fallback) => {
      const { send, handler, errors } = await openWith(fallback)
      expect((await send()).status).toBe(500)
      expect(errors).toEqual([expect.any(Error)])
      expect(handler).not.toHaveBeenCalled()
    })

    it('refuses at start-up a fallback beside optional, or one that is no function', async () => {
      const { keyring } = await openKeyring()
      expect(() => requireKey(keyring, { fallback: logIn, optional: true })).toThrow(/fallback/)
      // @ts-expect-error no function
      expect(() => requireKey(keyring, { fallback: true })).toThrow(/fallback/)
    })
  })

  it('leaves preflights to a handler before it', async () => {
    const preflight: RequestHandler = (req, res, next) => (req.method === 'OPTIONS' ? res.sendStatus(204) : next())
    const { send, handler } = await open({ lay: (app, guard, handler) => app.use(preflight, guard, handler) })
    expect((await send({ method: 'OPTIONS' })).status).toBe(204)
    expect((await send({ method: 'GET' })).status).toBe(401)
    expect(handler).not.toHaveBeenCalled()
  })
})

describe('requireKey, at start-up', () => {
  it.each(['members.reed', 'members.*'])('refuses the scope %s (SCOPE-8)', async (scope) => {
    const { keyring } = await openKeyring()
    // @ts-expect-error any text may be misspelt
    expect(() => requireKey(keyring, { scopes: [scope] })).toThrow(/scopes\[0\]/)
  })
})
