import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvalidOptions, ScopeUnknown } from '../../src/errors/input-errors.js'
import { createGate } from '../../src/http/gate.js'
import type { GateOptions } from '../../src/http/gate-options.js'
import type { GateRequest } from '../../src/http/gate-request.js'

import { memoryStore } from '../../src/memory/memory-store.js'
import { type access, bearer, openKeyring, type TaskKeyring, withVerify } from '../support/task-keyring.js'

type Options = GateOptions<typeof access>

/** One request through a gate of its own. */
const ask = (keyring: TaskKeyring, request: GateRequest, options: Options = {}) =>
  createGate(keyring, options)(request, request)

const onBoard = (id: string): Options => ({ scopes: ['tasks.read'], resource: () => ({ type: 'board', id }) })
const never = () => new Promise<never>(() => {})
const fail = (error: unknown) => () => {
  throw error
}

describe('createGate, at start-up (SCOPE-8)', async () => {
  const { keyring } = await openKeyring()
  const resource = () => null

  it.each<[string, unknown, unknown]>([
    ['an unknown scope', { scopes: ['members.reed'] }, ScopeUnknown],
    ['an unknown scope after a good one', { scopes: ['members.read', 'nope'] }, ScopeUnknown],
    ['a wildcard', { scopes: ['members.*'] }, InvalidOptions],
    ['the wildcard of all', { scopes: ['*'] }, InvalidOptions],
    ['no scopes in the list', { scopes: [] }, InvalidOptions],
    ['a text for a list', { scopes: 'members.read' }, InvalidOptions],
    ['null for a list', { scopes: null }, InvalidOptions],
    ['what is no text', { scopes: [{ toString: () => 'members.read' }] }, InvalidOptions],
    ['a resource scope without a resource', { scopes: ['members.read', 'tasks.read'] }, InvalidOptions],
    [
      'a resource that is no function',
      { scopes: ['tasks.read'], resource: { type: 'board', id: 'b1' } },
      InvalidOptions,
    ],
    ['a realm that is no text', { realm: 7 }, InvalidOptions],
    ['no time', { timeoutMs: 0 }, InvalidOptions],
    ['more time than a timer can count', { timeoutMs: 2 ** 31 }, InvalidOptions],
    ['endless time', { timeoutMs: Number.POSITIVE_INFINITY }, InvalidOptions],
  ])('refuses %s', (_, options, error) => {
    // What the compiler refuses, JavaScript may still pass.
    expect(() => createGate(keyring, options as Options)).toThrow(error as typeof Error)
  })

  it('refuses a value that is not a keyring', () => {
    for (const value of [undefined, null, {}, { verify: true }]) {
      expect(() => createGate(value as unknown as TaskKeyring)).toThrow(InvalidOptions) // as above
    }
  })

  it('takes a resource scope together with a resource, and no scopes at all', () => {
    createGate(keyring, { scopes: ['tasks.read'], resource })
    createGate(keyring)
  })

  it('copies the scopes, so that emptying the list later opens nothing', async () => {
    const { keyring, token } = await openKeyring()
    const scopes: 'members.invite'[] = ['members.invite']
    const gate = createGate(keyring, { scopes })
    scopes.length = 0
    expect(await gate(bearer(token), bearer(token))).toMatchObject({ refusal: { missing: ['members.invite'] } })
  })
})

describe('a gate', () => {
  it('passes a live key with the scopes of the route', async () => {
    const { keyring, token, id } = await openKeyring()
    for (const options of [{}, { scopes: ['members.read'] }, onBoard('b1')] satisfies Options[]) {
      const verdict = await ask(keyring, bearer(token), options)
      expect(verdict).toMatchObject({ ok: true, headers: {} })
      expect(verdict.ok && verdict.principal.key.id).toBe(id)
    }
  })

  it('varies answers by X-API-Key, and keeps them out of shared caches (HTTP-11)', async () => {
    const { keyring, token } = await openKeyring()
    expect(await ask(keyring, { fields: [['x-api-key', token]], url: '/' })).toMatchObject({
      ok: true,
      headers: { Vary: 'X-API-Key', 'Cache-Control': 'private' },
    })
  })

  const card = 'card' as 'board' // as JavaScript would
  it.each<[string, Options, number, object]>([
    ['a global scope', { scopes: ['members.read', 'members.invite'] }, 403, { missing: ['members.invite'] }],
    ['a level', { ...onBoard('b1'), scopes: ['tasks.read', 'tasks.move'] }, 403, { missing: ['tasks.move'] }],
    ['a resource', onBoard('b2'), 403, { required: ['tasks.read'], missing: ['tasks.read'] }],
    ['a type of resource', { ...onBoard('b1'), resource: () => ({ type: card, id: 'b1' }) }, 403, {}],
    ['a resource at all', { ...onBoard('b1'), resource: () => null }, 403, { missing: ['tasks.read'] }],
    ['a resource in time', { ...onBoard('b1'), resource: async () => null }, 403, { missing: ['tasks.read'] }],
  ])('refuses a key without %s', async (_, options, status, members) => {
    const { keyring, token } = await openKeyring()
    const verdict = await ask(keyring, bearer(token), options)
    expect(verdict).toMatchObject({ ok: false, refusal: { code: 'insufficient_scope', ...members }, reply: { status } })
  })

  it("gets the resource from the framework's request, only when there is a key to verify", async () => {
    const { keyring, token } = await openKeyring()
    const asked: unknown[] = []
    const gate = createGate<typeof access, { board: string }>(keyring, {
      scopes: ['tasks.read'],
      resource: (request) => {
        asked.push(request)
        return { type: 'board', id: request.board }
      },
    })
    expect((await gate(bearer(token), { board: 'b1' })).ok).toBe(true)
    expect((await gate(bearer('nothing'), { board: 'b1' })).ok).toBe(false)
    expect(asked).toEqual([{ board: 'b1' }])
  })

  it('tells the holder of a dead key why it is dead, and tells others nothing (HASH-8)', async () => {
    const states: [string, (open: Awaited<ReturnType<typeof openKeyring>>) => unknown][] = [
      ['api_key_disabled', ({ keyring, id }) => keyring.disable(id)],
      ['api_key_revoked', ({ keyring, id }) => keyring.revoke(id)],
      ['api_key_invalid', ({ keyring, id }) => keyring.revoke(id, { reason: 'leaked' })],
      ['api_key_invalid', ({ keyring, id }) => keyring.delete(id)],
      ['owner_inactive', ({ suspend }) => suspend()],
    ]
    for (const [code, kill] of states) {
      const open = await openKeyring()
      await kill(open)
      expect(await ask(open.keyring, bearer(open.token))).toMatchObject({ refusal: { code }, reply: { status: 401 } })
    }
    let now = new Date()
    const { keyring, token } = await openKeyring({ now: () => now })
    now = new Date(now.getTime() + 1_000)
    expect(await ask(keyring, bearer(token))).toMatchObject({ refusal: { code: 'api_key_expired' } })
  })

  it('names the realm in its challenge', async () => {
    const { keyring } = await openKeyring()
    const reply = { headers: { 'WWW-Authenticate': 'Bearer realm="tasks"' } }
    expect(await ask(keyring, { fields: [], url: '/' }, { realm: 'tasks' })).toMatchObject({ reply })
  })

  it('reports a key in the URL to the host, by its id only (HTTP-7)', async () => {
    const { keyring, token, id, events } = await openKeyring()
    const verdict = await ask(keyring, bearer(token, `/?k=${token}`))
    expect(verdict).toMatchObject({
      refusal: { code: 'api_key_malformed', reason: 'key_in_url' },
      reply: { status: 400 },
    })
    await ask(keyring, { fields: [], url: `/?k=${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}` })
    const failed = { type: 'api_key.verify_failed', code: 'api_key_malformed', reason: 'key_in_url' }
    expect(events).toEqual([
      { type: 'api_key.exposed_in_url', keyId: id },
      { ...failed, keyId: id },
      { type: 'api_key.exposed_in_url', keyId: null },
      { ...failed, keyId: null },
    ])
  })

  it('names each refused request to the host by its address and by what the host calls it (FI-45)', async () => {
    const { keyring, token, id, events } = await openKeyring()
    const facts = { ip: '203.0.113.9', requestId: 'req-1' }
    const from = <T extends object>(request: T) => ({ ...request, remoteAddress: '203.0.113.9' })
    const requestId = () => 'req-1'
    await ask(keyring, from(bearer(token, `/?k=${token}`)), { requestId })
    await ask(keyring, from(bearer(token)), { requestId, requireHttps: true })
    await ask(keyring, from(bearer(token)), { requestId, scopes: ['members.remove'] })
    expect(events.map(({ type }) => type)).toEqual([
      'api_key.exposed_in_url',
      'api_key.verify_failed',
      'api_key.sent_in_clear',
      'api_key.verify_failed',
      'api_key.verify_failed',
    ])
    for (const event of events) expect(event).toMatchObject({ keyId: id, ...facts })
    expect(events.at(-1)).toMatchObject({ organizationId: 'org1' })
  })

  it.each<[string, () => unknown]>([
    ['throws', () => fail(new Error('x'))()],
    ['gives what is no string', () => 7],
    ['gives a text with a key in it', () => `via tk_live_a1B2c3D4e5F6_${'x'.repeat(38)}`],
  ])('goes without a name for a request where requestId %s (FI-45)', async (_, requestId) => {
    const { keyring, events } = await openKeyring()
    await ask(keyring, bearer('nonsense'), { requestId } as object)
    expect(events).toMatchObject([{ type: 'api_key.verify_failed' }])
    expect(events[0]).not.toHaveProperty('requestId')
  })

  it('never repeats the text that was presented (HTTP-8)', async () => {
    const { keyring, token } = await openKeyring()
    const gate = createGate(keyring, { scopes: ['members.invite'] })
    const around = fc.constantFrom('', 'Bearer ', 'Bearer', 'Basic ', '"', ',', ' ', '=')
    const value = fc
      .tuple(around, fc.constantFrom(token, 'canary', `${token}canary`), around)
      .map((parts) => parts.join(''))
    const field = fc.tuple(fc.constantFrom('Authorization', 'X-API-Key'), value)
    await fc.assert(
      fc.asyncProperty(fc.array(field, { minLength: 1, maxLength: 2 }), fc.boolean(), async (fields, inUrl) => {
        const request = { fields, url: inUrl ? `/?canary=${token}` : '/' }
        const verdict = await gate(request, request)
        const said = JSON.stringify(verdict.ok ? null : verdict.reply)
        expect(said).toMatch(/"status":40[013]/)
        expect(said).not.toContain('canary')
        expect(said).not.toContain(token.slice(8))
      }),
    )
  })
})

describe('a gate that cannot know (ADP-1, HTTP-9)', () => {
  const unavailable = {
    ok: false,
    refusal: { code: 'auth_unavailable' },
    reply: { status: 503, headers: { 'Retry-After': '5', 'Cache-Control': 'no-store' } },
  }
  const thrown = new Error('canary')

  it.each<[string, () => unknown]>([
    ['throws', fail(thrown)],
    ['throws nothing', fail(undefined)],
    ['rejects', () => Promise.reject(thrown)],
    ['rejects with nothing', () => Promise.reject()],
    ['gives nothing', () => undefined],
    ['gives null', async () => null],
    ['gives true', () => true],
    ['gives a bare yes', () => ({ ok: true })],
    ['gives a yes that is a text', () => ({ ok: 'true', principal: { allows: () => true } })],
    ['gives a yes for nobody', () => ({ ok: true, principal: {} })],
    ['gives a bare no', () => ({ ok: false })],
    ['gives a no without a known code', () => ({ ok: false, refusal: { code: 'toString' } })],
    ['gives a no that cannot be told', () => ({ ok: false, refusal: { code: 'insufficient_scope' } })],
    ['gives a verdict that throws', () => Object.defineProperty({}, 'ok', { get: fail(thrown) })],
  ])('refuses when verify %s', async (_, verify) => {
    const { keyring, token, events } = await openKeyring()
    const verdict = await ask(withVerify(keyring, verify), bearer(token))
    expect(verdict).toMatchObject(unavailable)
    expect(verdict.ok || verdict.reply.headers).not.toHaveProperty('WWW-Authenticate')
    expect(JSON.stringify(verdict.ok || verdict.reply)).not.toContain('canary')
    expect(events).toMatchObject([{ type: 'keyring.outage_began', reason: 'keyring' }])
  })

  it.each<[string, NonNullable<Options['resource']>]>([
    ['throws', fail(thrown)],
    ['rejects', () => Promise.reject(thrown)],
    ['hangs', never],
  ])('refuses when resource %s, and tells the host', async (how, resource) => {
    const { keyring, token, events } = await openKeyring()
    const reason = how === 'hangs' ? 'timeout' : 'resource'
    const verdict = await ask(keyring, bearer(token), { scopes: ['tasks.read'], resource, timeoutMs: 30 })
    expect(verdict).toMatchObject({ ...unavailable, refusal: { code: 'auth_unavailable', reason } })
    expect(events).toEqual([
      {
        type: 'keyring.outage_began',
        reason,
        error: how === 'hangs' ? expect.any(Error) : thrown,
        at: expect.any(Date),
      },
    ])
  })

  it('refuses with a timeout when the store hangs', async () => {
    const store = memoryStore()
    const { keyring, token, events } = await openKeyring({ store })
    store.find = never
    expect(await ask(keyring, bearer(token), { timeoutMs: 30 })).toMatchObject(unavailable)
    expect(events).toMatchObject([{ type: 'keyring.outage_began', reason: 'timeout' }])
  })

  it('refuses at start-up a wrapper around a keyring, whose verify it would not call', async () => {
    const { keyring } = await openKeyring()
    expect(() => createGate({ ...keyring, verify: () => Promise.reject(thrown) })).toThrow(InvalidOptions)
    expect(() => createGate(Object.create(null))).toThrow(InvalidOptions)
  })

  it('answers 503 for an argument that is not a request', async () => {
    const { keyring } = await openKeyring()
    for (const request of [undefined, {}, { fields: null, url: '/' }, { fields: [], url: undefined }]) {
      expect(await ask(keyring, request as unknown as GateRequest)).toMatchObject(unavailable) // an adapter's fault
    }
  })
})
