import { afterEach, describe, expect, it, vi } from 'vitest'
import { InvalidOptions, ScopeUnknown } from '../../src/errors/index.js'
import { createGate, type GateOptions, type GateRequest } from '../../src/http/gate.js'
import { isForOrElse, readOrElse } from '../../src/http/or-else.js'
import { type access, bearer, openKeyring, type TaskKeyring } from './task-keyring.js'

type Options = GateOptions<typeof access, GateRequest, boolean>
const ask = (keyring: TaskKeyring, request: GateRequest, options: Options) =>
  createGate(keyring, options)(request, request)
const nothing: GateRequest = { fields: [], url: '/' }

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('at start-up (SCOPE-8)', async () => {
  const { keyring } = await openKeyring()

  it.each<[string, object, unknown]>([
    ['an unknown scope in anyOf', { anyOf: ['members.read', 'members.reed'] }, ScopeUnknown],
    ['a wildcard in anyOf', { anyOf: ['members.*'] }, InvalidOptions],
    ['an empty anyOf, which nobody could meet', { anyOf: [] }, InvalidOptions],
    ['a resource scope in anyOf without a resource', { anyOf: ['members.read', 'tasks.read'] }, InvalidOptions],
    ['optional that is no boolean', { optional: 'yes' }, InvalidOptions],
    ['requireHttps that is no boolean', { requireHttps: 'production' }, InvalidOptions],
  ])('refuses %s', (_, options, error) => {
    expect(() => createGate(keyring, options)).toThrow(error as typeof Error)
  })

  it('copies anyOf: filling the list later opens nothing', async () => {
    const { keyring, token } = await openKeyring()
    const anyOf: ('members.invite' | 'members.read')[] = ['members.invite']
    const gate = createGate(keyring, { anyOf })
    anyOf.push('members.read')
    expect(await gate(bearer(token), bearer(token))).toMatchObject({ refusal: { anyOf: ['members.invite'] } })
  })
})

describe('anyOf', () => {
  it('names what would do, to the client and to the host', async () => {
    const { keyring, token, id, events } = await openKeyring()
    const verdict = await ask(keyring, bearer(token), {
      anyOf: ['members.invite', 'tasks.move'],
      resource: () => ({ type: 'board', id: 'b1' }),
    })
    expect(verdict).toMatchObject({
      refusal: {
        code: 'insufficient_scope',
        keyId: id,
        required: [],
        missing: [],
        anyOf: ['members.invite', 'tasks.move'],
      },
      reply: { status: 403 },
    })
    expect(JSON.parse(verdict.ok ? '' : verdict.reply.body)).toMatchObject({
      detail: expect.stringContaining('one of several scopes'),
      anyOf: ['members.invite', 'tasks.move'],
    })
    expect(events).toMatchObject([{ type: 'api_key.verify_failed', code: 'insufficient_scope', keyId: id }])
  })

  it('asks for the resource once, and not where there is nothing to ask about', async () => {
    const { keyring, token } = await openKeyring()
    const resource = vi.fn(() => ({ type: 'board' as const, id: 'b1' }))
    await ask(keyring, bearer(token), { scopes: ['tasks.read'], anyOf: ['tasks.move', 'tasks.read'], resource })
    expect(resource).toHaveBeenCalledOnce()
    await ask(keyring, bearer(token), { resource })
    expect(resource).toHaveBeenCalledOnce()
  })

  it('never opens on a resource what it would not open elsewhere', async () => {
    const { keyring, token } = await openKeyring()
    const options: Options = { anyOf: ['tasks.read'], resource: () => null }
    expect(await ask(keyring, bearer(token), options)).toMatchObject({ reply: { status: 403 } })
  })
})

describe('requireHttps (HTTP-14)', () => {
  it('neither reads a key that came in clear, nor asks the host about it', async () => {
    const { keyring, token, id, events } = await openKeyring()
    const verify = vi.fn(keyring.verify)
    const resource = vi.fn(() => null)
    const options: Options = { requireHttps: true, scopes: ['tasks.read'], resource }
    expect(await ask({ ...keyring, verify }, bearer(token), options)).toMatchObject({
      refusal: { code: 'api_key_sent_in_clear', keyId: id },
      reply: { status: 403 },
    })
    expect([verify, resource].map(({ mock }) => mock.calls.length)).toEqual([0, 0])
    expect(events).toEqual([
      { type: 'api_key.sent_in_clear', keyId: id },
      { type: 'api_key.verify_failed', code: 'api_key_sent_in_clear', reason: 'in_clear', keyId: id },
    ])
  })

  it.each([
    ['an encrypted connection', { encrypted: true }, 200],
    ['one that nobody knows of', {}, 403],
    [
      'one behind a proxy that was in clear before it',
      { encrypted: true, remoteAddress: '10.0.0.1', proto: 'http' },
      403,
    ],
    ['one to a proxy that says nothing', { encrypted: true, remoteAddress: '10.0.0.1' }, 200],
    ['a stranger who speaks of http', { encrypted: true, remoteAddress: '192.0.2.1', proto: 'http' }, 200],
    ['a proxy that spells it out', { remoteAddress: '10.0.0.1', proto: ' HTTPS ' }, 200],
  ])(
    'judges %s',
    async (_, { proto, ...connection }: { proto?: string; encrypted?: boolean; remoteAddress?: string }, status) => {
      const { keyring, token } = await openKeyring()
      const { fields, url } = bearer(token)
      const forwarded = proto === undefined ? [] : [['x-forwarded-proto', proto] as const]
      const verdict = await ask(
        keyring,
        { url, fields: [...fields, ...forwarded], ...connection },
        { requireHttps: true, trustedProxies: ['10.0.0.0/8'] },
      )
      expect(verdict.ok ? 200 : verdict.reply.status).toBe(status)
    },
  )

  it.each([
    ['production', 403],
    ['development', 200],
    ['', 200],
  ])('is asked for, where NODE_ENV is %j: %i', async (environment, status) => {
    vi.stubEnv('NODE_ENV', environment)
    const { keyring, token } = await openKeyring()
    const verdict = await ask(keyring, bearer(token), {})
    expect(verdict.ok ? 200 : verdict.reply.status).toBe(status)
  })
})

describe('optional', () => {
  it('passes nobody, and keeps the answer apart from those for keys', async () => {
    const { keyring, events } = await openKeyring()
    expect(await ask(keyring, nothing, { optional: true, scopes: ['members.read'] })).toEqual({
      ok: true,
      principal: null,
      headers: { Vary: 'Authorization, X-API-Key' },
    })
    expect(events).toEqual([])
  })

  it.each([false, undefined])('is off where it is %s', async (optional) => {
    const { keyring } = await openKeyring()
    expect(await ask(keyring, nothing, { optional })).toMatchObject({ ok: false })
  })

  it('passes no token of another, and no key in the URL', async () => {
    const { keyring, token } = await openKeyring()
    expect(await ask(keyring, bearer('eyJ.eyJ.c2ln'), { optional: true })).toMatchObject({ reply: { status: 401 } })
    expect(await ask(keyring, { fields: [], url: `/?k=${token}` }, { optional: true })).toMatchObject({
      reply: { status: 400 },
    })
  })
})

describe('orElse', () => {
  it.each<[string, GateRequest, boolean]>([
    ['nothing', nothing, true],
    ['another scheme', { fields: [['Authorization', 'Basic dXNlcjpwYXNz']], url: '/' }, true],
    ['a bearer token of another', bearer('eyJ.eyJ.c2ln'), true],
    ['a key of another environment', bearer('tk_test_a1B2c3D4e5F6_Kq3vT8nB1xZr5WdY7pLc9MhJ2sFgA4eU0UtxI7'), false],
    ['a key with a typo', bearer('tk_live_a1B2c3D4e5F6'), false],
    ['what X-API-Key holds, whatever it is', { fields: [['X-API-Key', 'sk_abc']], url: '/' }, false],
    ['a header that cannot be read', bearer('a b'), false],
  ])('is for who presents %s: %s', async (_, request, isFor) => {
    const { keyring } = await openKeyring()
    expect(isForOrElse(await ask(keyring, request, {}))).toBe(isFor)
  })

  it('is no failure to tell the host of, where another login is asked; a bad key is', async () => {
    const { keyring, events } = await openKeyring()
    await ask(keyring, bearer('eyJ.eyJ.c2ln'), { handsOver: true })
    expect(events).toEqual([])
    await ask(keyring, bearer('eyJ.eyJ.c2ln'), {})
    await ask(keyring, bearer('tk_live_a1B2c3D4e5F6'), { handsOver: true })
    expect(events).toMatchObject([{ reason: 'prefix' }, { reason: 'length' }])
  })

  it('is not for a fault, a good key, or one that may not', async () => {
    const { keyring, token } = await openKeyring()
    const verify = () => Promise.reject(new Error('down'))
    expect(isForOrElse(await ask({ ...keyring, verify }, bearer(token), {}))).toBe(false)
    expect(isForOrElse(await ask(keyring, bearer(token), {}))).toBe(false)
    expect(isForOrElse(await ask(keyring, bearer(token), { scopes: ['members.invite'] }))).toBe(false)
    expect(isForOrElse(await ask(keyring, bearer(token), { requireHttps: true }))).toBe(false)
  })

  it('is read at start-up', () => {
    const login = () => {}
    expect(readOrElse({ orElse: login })).toBe(login)
    expect(readOrElse({ optional: true })).toBeUndefined()
    expect(() => readOrElse({ orElse: login, optional: true })).toThrow(InvalidOptions)
    expect(() => readOrElse({ orElse: true })).toThrow(InvalidOptions)
  })
})
