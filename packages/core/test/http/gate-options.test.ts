import { afterEach, describe, expect, it, vi } from 'vitest'
import { isForFallback, readFallback } from '../../src/adapter/fallback.js'
import { InvalidOptions, ScopeUnknown } from '../../src/errors/input-errors.js'
import { createGate, gateFor } from '../../src/http/gate.js'
import type { GateOptions } from '../../src/http/gate-options.js'
import type { GateRequest } from '../../src/http/gate-request.js'
import { type access, bearer, openKeyring, type TaskKeyring, withVerify } from '../support/task-keyring.js'

type Options = GateOptions<typeof access, GateRequest, boolean>
const ask = (keyring: TaskKeyring, request: GateRequest, options: Options) =>
  createGate(keyring, options)(request, request)
const askBeside = (keyring: TaskKeyring, request: GateRequest) =>
  gateFor(keyring, {} as Options, { hasFallback: true })(request, request)
const nothing: GateRequest = { fields: [], url: '/' }

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('createGate, at start-up (SCOPE-8)', async () => {
  const { keyring } = await openKeyring()

  it.each<[string, object, unknown]>([
    ['an unknown scope in anyOf', { anyOf: ['members.read', 'members.reed'] }, ScopeUnknown],
    ['a wildcard in anyOf', { anyOf: ['members.*'] }, InvalidOptions],
    ['an empty anyOf, which nobody could meet', { anyOf: [] }, InvalidOptions],
    ['a resource scope in anyOf without a resource', { anyOf: ['members.read', 'tasks.read'] }, InvalidOptions],
    ['optional that is no boolean', { optional: 'yes' }, InvalidOptions],
    ['requireHttps that is no boolean', { requireHttps: 'production' }, InvalidOptions],
    ['headers that is no list', { headers: 'X-Acme-Key' }, InvalidOptions],
    ['headers without a name', { headers: [] }, InvalidOptions],
    ['headers with an empty name', { headers: [''] }, InvalidOptions],
    ['headers with what is no name', { headers: ['X Acme'] }, InvalidOptions],
    ['headers with a line break', { headers: ['X-Acme\r\nX'] }, InvalidOptions],
    ['headers with a star, which means all in Vary', { headers: ['*'] }, InvalidOptions],
    ['headers with a number', { headers: [7] }, InvalidOptions],
    ['headers with a gap', { headers: Array(2) }, InvalidOptions],
    ['headers with a name twice', { headers: ['X-Acme-Key', 'x-acme-key'] }, InvalidOptions],
    ...['Authorization', 'proxy-authorization', 'COOKIE', 'set-cookie', 'host', 'content-type', 'accept', 'origin'].map(
      (name): [string, object, unknown] => [`headers with ${name}`, { headers: ['X-Acme-Key', name] }, InvalidOptions],
    ),
    ...[
      'X-Forwarded-For',
      'forwarded',
      'x-real-ip',
      'via',
      'CF-Connecting-IP',
      'Idempotency-Key',
      'connection',
      'HTTP2-Settings',
      'priority',
      'Pragma',
      'traceparent',
      'alt-used',
    ].map((name): [string, object, unknown] => [`headers with ${name}`, { headers: [name] }, InvalidOptions]),
  ])('refuses %s', (_, options, error) => {
    expect(() => createGate(keyring, options)).toThrow(error as typeof Error)
  })

  it('copies headers, and names none of what was wrong in them', async () => {
    const { keyring, token } = await openKeyring()
    const headers = ['X-Acme-Key']
    const gate = createGate(keyring, { headers })
    headers.push('X-API-Key')
    const asked: GateRequest = { fields: [['X-API-Key', token]], url: '/' }
    expect(await gate(asked, asked)).toMatchObject({ refusal: { code: 'api_key_missing' } })
    expect(() => createGate(keyring, { headers: [`${token} `] })).toThrow(
      'Option headers[0] must be the name of a header, such as X-API-Key: at most 64 letters, digits, - and _.',
    )
  })

  it('copies anyOf, so that filling the list later opens nothing', async () => {
    const { keyring, token } = await openKeyring()
    const anyOf: ('members.invite' | 'members.read')[] = ['members.invite']
    const gate = createGate(keyring, { anyOf })
    anyOf.push('members.read')
    expect(await gate(bearer(token), bearer(token))).toMatchObject({ refusal: { anyOf: ['members.invite'] } })
  })
})

describe('a gate with anyOf', () => {
  it('names to the client and to the host the scopes that would do', async () => {
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

  it('asks for the resource once, and not where no scope needs it', async () => {
    const { keyring, token } = await openKeyring()
    const resource = vi.fn(() => ({ type: 'board' as const, id: 'b1' }))
    await ask(keyring, bearer(token), { scopes: ['tasks.read'], anyOf: ['tasks.move', 'tasks.read'], resource })
    expect(resource).toHaveBeenCalledOnce()
    await ask(keyring, bearer(token), { resource })
    expect(resource).toHaveBeenCalledOnce()
  })

  it('does not let a key in when the request has no resource', async () => {
    const { keyring, token } = await openKeyring()
    const options: Options = { anyOf: ['tasks.read'], resource: () => null }
    expect(await ask(keyring, bearer(token), options)).toMatchObject({ reply: { status: 403 } })
  })
})

describe('a gate and plain HTTP (HTTP-14)', () => {
  it('refuses a key that came in clear, without verifying it or asking for the resource', async () => {
    const { keyring, token, id, events } = await openKeyring()
    const verify = vi.fn()
    const resource = vi.fn(() => null)
    const options: Options = { requireHttps: true, scopes: ['tasks.read'], resource }
    expect(await ask(withVerify(keyring, verify), bearer(token), options)).toMatchObject({
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
    ['production', 403],
    ['development', 200],
    ['', 200],
  ])(
    'refuses a key over HTTP by default in production only: with NODE_ENV %j answers %i',
    async (environment, status) => {
      vi.stubEnv('NODE_ENV', environment)
      const { keyring, token } = await openKeyring()
      const verdict = await ask(keyring, bearer(token), {})
      expect(verdict.ok ? 200 : verdict.reply.status).toBe(status)
    },
  )
})

describe("a gate with trustedProxies: 'framework'", () => {
  const options: Options = { trustedProxies: 'framework' }
  const setting = { hasFallback: false, tellsTrust: true }

  it('is refused at start-up where no framework says whom it trusts', async () => {
    const { keyring } = await openKeyring()
    expect(() => createGate(keyring, options)).toThrow(/^Option trustedProxies\[0\] must be /)
    expect(() => gateFor(keyring, options, { hasFallback: false })).toThrow(InvalidOptions)
  })

  it('asks the framework about the socket as it stands, and about each entry in its normal form', async () => {
    const { keyring, token, id } = await openKeyring()
    await keyring.update(id, { ipAllowList: ['203.0.113.9'] })
    const trusts = vi.fn((_: string, hop: number) => hop < 2)
    const fields = [...bearer(token).fields, ['X-Forwarded-For', '203.0.113.9:1, [::ffff:10.0.0.7]:2']] as const
    const request = { url: '/', fields, remoteAddress: '::ffff:10.0.0.1', trusts }
    expect(await gateFor(keyring, options, setting)(request, request)).toMatchObject({ ok: true })
    expect(trusts.mock.calls).toContainEqual(['::ffff:10.0.0.1', 0])
    expect(trusts.mock.calls).toContainEqual(['10.0.0.7', 1])
  })

  it.each<[string, GateRequest['trusts']]>([
    ['says nothing', undefined],
    ['throws', () => Number.NaN.toFixed(101) === ''],
  ])('answers 503 where the framework %s (ADP-1)', async (_, trusts) => {
    const { keyring, token, events } = await openKeyring()
    const request = { ...bearer(token), trusts }
    expect(await gateFor(keyring, options, setting)(request, request)).toMatchObject({ reply: { status: 503 } })
    expect(events).toMatchObject([{ type: 'keyring.outage_began', reason: 'keyring' }])
  })
})

describe('a gate with optional', () => {
  it('lets a request without a key pass without a principal, and keeps its answer apart from answers to keys', async () => {
    const { keyring, events } = await openKeyring()
    expect(await ask(keyring, nothing, { optional: true, scopes: ['members.read'] })).toEqual({
      ok: true,
      principal: null,
      headers: { Vary: 'Authorization, X-API-Key' },
      limited: false,
    })
    expect(events).toEqual([])
  })

  it.each([false, undefined])('refuses a request without a key when optional is %s', async (optional) => {
    const { keyring } = await openKeyring()
    expect(await ask(keyring, nothing, { optional })).toMatchObject({ ok: false })
  })

  it('refuses a foreign token, and a key in the URL', async () => {
    const { keyring, token } = await openKeyring()
    expect(await ask(keyring, bearer('eyJ.eyJ.c2ln'), { optional: true })).toMatchObject({ reply: { status: 401 } })
    expect(await ask(keyring, { fields: [], url: `/?k=${token}` }, { optional: true })).toMatchObject({
      reply: { status: 400 },
    })
  })
})

describe('the fallback of a gate', () => {
  it.each<[string, GateRequest, boolean]>([
    ['nothing', nothing, true],
    ['another scheme', { fields: [['Authorization', 'Basic dXNlcjpwYXNz']], url: '/' }, true],
    ['a bearer token of another', bearer('eyJ.eyJ.c2ln'), true],
    ['a key of another environment', bearer('tk_test_a1B2c3D4e5F6_Kq3vT8nB1xZr5WdY7pLc9MhJ2sFgA4eU0UtxI7'), false],
    ['a key with a typo', bearer('tk_live_a1B2c3D4e5F6'), false],
    ['what X-API-Key holds, whatever it is', { fields: [['X-API-Key', 'sk_abc']], url: '/' }, false],
    ['a header that cannot be read', bearer('a b'), false],
  ])('is asked for who presents %s: %s', async (_, request, isFor) => {
    const { keyring } = await openKeyring()
    expect(isForFallback(await ask(keyring, request, {}))).toBe(isFor)
  })

  it('emits no event for a foreign token when a fallback is set, but does for a bad key', async () => {
    const { keyring, events } = await openKeyring()
    await askBeside(keyring, bearer('eyJ.eyJ.c2ln'))
    expect(events).toEqual([])
    await ask(keyring, bearer('eyJ.eyJ.c2ln'), {})
    await askBeside(keyring, bearer('tk_live_a1B2c3D4e5F6'))
    expect(events).toMatchObject([{ reason: 'prefix' }, { reason: 'length' }])
  })

  it('is not asked after a fault, for a good key, or for a key without the scope', async () => {
    const { keyring, token } = await openKeyring()
    const verify = () => Promise.reject(new Error('down'))
    expect(isForFallback(await ask(withVerify(keyring, verify), bearer(token), {}))).toBe(false)
    expect(isForFallback(await ask(keyring, bearer(token), {}))).toBe(false)
    expect(isForFallback(await ask(keyring, bearer(token), { scopes: ['members.invite'] }))).toBe(false)
    expect(isForFallback(await ask(keyring, bearer(token), { requireHttps: true }))).toBe(false)
  })

  it('is checked at start-up', () => {
    const login = () => {}
    expect(readFallback({ fallback: login })).toBe(login)
    expect(readFallback({ optional: true })).toBeUndefined()
    expect(() => readFallback({ fallback: login, optional: true })).toThrow(InvalidOptions)
    expect(() => readFallback({ fallback: true })).toThrow(InvalidOptions)
  })
})
