import { formatToken } from '@keywright/core/token'
import type { RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import vectors from '../../core/test/vectors/headers.json' with { type: 'json' }
import { type GuardOptions, requireKey } from '../src/index.js'
import { type Fields, K, K2, keyId, openApp, openKeyring, type Sent, type TaskKeyring, versions } from './task-board.js'

const authorized: Sent = { fields: [['Authorization', `Bearer ${K}`]] }
const never = () => new Promise<never>(() => {})
const fail = (error: unknown) => () => {
  throw error
}

describe.each(versions)('requireKey on %s', (name, express) => {
  const open = (options: Parameters<typeof openApp>[1] = {}) => openApp(express, options)

  it('is that version', () => {
    expect('del' in express.application).toBe(name === 'Express 4')
  })

  it.each<[string, Fields]>([
    ['Authorization', [['Authorization', `Bearer ${K}`]]],
    ['X-API-Key', [['X-API-Key', K]]],
  ])('lets a good key in by %s, and gives the handler its principal', async (_, fields) => {
    const { send, handler } = await open({ options: { scopes: ['members.read'] } })
    const { status, body } = await send({ fields })
    expect({ status, body }).toEqual({ status: 200, body: keyId })
    expect(handler).toHaveBeenCalledOnce()
  })

  describe('refuses', () => {
    const invalid = 'Bearer realm="api", error="invalid_token"'
    const missing = (scope: string) => `Bearer realm="api", error="insufficient_scope", scope="${scope}"`
    const presents = (key: string): Sent => ({ fields: [['X-API-Key', key]] })
    const board: GuardOptions<TaskKeyring['access']> = {
      scopes: ['tasks.read'],
      resource: (req) => ({ type: 'board', id: req.path.slice(1) }),
    }

    it.each<[string, number, string, string, Sent, typeof board?]>([
      ['no key', 401, 'api_key_missing', 'Bearer realm="api"', {}],
      ['no key, in a realm', 401, 'api_key_missing', 'Bearer realm="tasks"', {}, { realm: 'tasks' }],
      ['a typo', 401, 'api_key_invalid', invalid, presents(`${K.slice(0, -1)}s`)],
      ['an unknown key', 401, 'api_key_invalid', invalid, presents(K2)],
      [
        'a scope too few',
        403,
        'insufficient_scope',
        missing('members.invite'),
        authorized,
        { scopes: ['members.invite'] },
      ],
      ['another board', 403, 'insufficient_scope', missing('tasks.read'), { ...authorized, target: '/b2' }, board],
    ])('%s: %i %s', async (_, status, code, challenge, sent, options = {}) => {
      const { send, handler } = await open({ options })
      const answer = await send(sent)
      expect(answer.status).toBe(status)
      expect(answer.header('WWW-Authenticate')).toBe(challenge)
      expect(answer.header('Cache-Control')).toBe('no-store')
      expect(answer.header('Content-Type')).toBe('application/problem+json')
      const members = { status, code, type: expect.any(String), title: expect.any(String), detail: expect.any(String) }
      expect(JSON.parse(answer.body)).toMatchObject(members)
      expect(answer.bytes).not.toContain(K.slice(8))
      expect(handler).not.toHaveBeenCalled()
    })

    it('but lets the same key in where it reaches', async () => {
      const { send } = await open({ options: board })
      expect((await send({ ...authorized, target: '/b1' })).status).toBe(200)
    })
  })

  it('reads each of the 89 cases off the wire as the table says (HTTP-1, HTTP-3)', async () => {
    const { send, handler } = await open()
    // CR, LF and NUL end a field or the request on the wire: only a string API can bring them.
    const sendable = vectors.filter(({ fields }) => !fields.flat().some((text) => /[\r\n\0]/.test(text)))
    expect(vectors.length - sendable.length).toBe(3)
    for (const { n, fields, url, verdict, status } of sendable) {
      handler.mockClear()
      const answer = await send({ fields: fields.map(([name = '', value = '']) => [name, value]), target: url })
      const tooLarge = n === 61 // Node itself refuses more than 16 KB of fields
      expect([`H${n}`, answer.status]).toEqual([`H${n}`, tooLarge ? 431 : (status ?? 200)])
      if (!tooLarge && status !== null) expect(JSON.parse(answer.body)).toHaveProperty('status', status)
      expect(handler).toHaveBeenCalledTimes(verdict === 'candidate' ? 1 : 0)
    }
  })

  it('answers an unknown id and a wrong secret byte for byte alike (HASH-7, HASH-8)', async () => {
    const { keyring, send } = await open()
    const dead = await keyring.create({ name: 'dead', owner: { type: 'organization', id: 'org1' } })
    await keyring.revoke(dead.key.id)
    const bytesFor = async (token: string) =>
      (await send({ fields: [['X-API-Key', token]] })).bytes.replace(/^Date: .*$/m, '')
    const guess = (id: string) => formatToken({ namespace: 'tk_live', id, secret: 'x'.repeat(32) })

    const unknown = await bytesFor(K2)
    expect(unknown).toMatch(/^HTTP\/1.1 401 .*"api_key_invalid"/s)
    expect(await bytesFor(guess(keyId))).toBe(unknown)
    expect(await bytesFor(guess(dead.key.id))).toBe(unknown)
    expect(await bytesFor(dead.token.reveal())).toContain('"api_key_revoked"')
  })

  describe('cannot know (ADP-1, HTTP-9)', () => {
    const withStore = async (find: () => Promise<never>) => (await openKeyring({ find })).keyring
    const withVerify = async (verify: () => unknown) => ({
      ...(await openKeyring()).keyring,
      verify: verify as TaskKeyring['verify'], // which it is not
    })

    it.each<[string, () => Promise<TaskKeyring>]>([
      ['the store throws', () => withStore(fail(new Error('down')))],
      ['the store rejects', () => withStore(() => Promise.reject(new Error('down')))],
      ['the store hangs', () => withStore(never)],
      ['verify throws', () => withVerify(fail(new Error('bug')))],
      ['verify throws nothing', () => withVerify(fail(undefined))],
      ['verify hangs', () => withVerify(never)],
      ['verify gives nothing', () => withVerify(() => undefined)],
      ['verify gives a bare yes', () => withVerify(() => ({ ok: true }))],
    ])('when %s: 503, and the handler is not called', async (_, make) => {
      const { send, handler, errors } = await open({ keyring: await make(), options: { timeoutMs: 100 } })
      const answer = await send(authorized)
      expect(answer.status).toBe(503)
      expect(answer.header('Retry-After')).toBe('5')
      expect(answer.header('WWW-Authenticate')).toBeUndefined()
      expect(answer.header('Cache-Control')).toBe('no-store')
      expect(JSON.parse(answer.body)).toMatchObject({ code: 'auth_unavailable' })
      expect(handler).not.toHaveBeenCalled()
      expect(errors).toEqual([])
    })

    it('when the gate itself fails: hands Express an Error, even where nothing was thrown', async () => {
      const broken = { ...(await withVerify(fail(undefined))), notify: fail(undefined) }
      const { send, handler, errors } = await open({ keyring: broken })
      expect((await send(authorized)).status).toBe(500)
      expect(handler).not.toHaveBeenCalled()
      expect(errors).toEqual([expect.any(Error)])
    })

    it('when something else has begun to answer: hands the request to Express', async () => {
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

  it('leaves the faults of a handler to Express', async () => {
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
    expect(events).toContainEqual({ type: 'api_key.exposed_in_url', keyId })
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

    it('and leaves answers to Authorization alone, which caches know', async () => {
      const answer = await (await open()).send(authorized)
      expect([answer.header('Vary'), answer.header('Cache-Control')]).toEqual([undefined, undefined])
    })
  })

  it('refuses HEAD as it refuses GET, without the body', async () => {
    const { send } = await open()
    const [get, head] = [await send({ method: 'GET' }), await send({ method: 'HEAD' })]
    expect(head).toMatchObject({ status: 401, body: '' })
    expect(head.header('WWW-Authenticate')).toBe(get.header('WWW-Authenticate'))
    expect(head.header('Cache-Control')).toBe('no-store')
  })

  it('leaves a preflight to what stands before it', async () => {
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
