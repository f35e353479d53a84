import { problemFor } from '@keywright/core/http'
import { formatToken } from '@keywright/core/token'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { challenge, type Expected, passed, refused, seen } from './gate/expected.js'
import type { GateHarness } from './gate/harness.js'
import { headerCases, K, K2, KEY_ID, type Outcome } from './gate/header-cases.js'
import { type Parser, parsers, REASON_WHEN_JOINED, UNSENDABLE } from './gate/parsers.js'
import type { Fields } from './gate/raw-request.js'
import { type Conditions, serve } from './gate/serve.js'

const bearer: Fields = [['Authorization', `Bearer ${K}`]]
const xApiKey: Fields = [['X-API-Key', K]]
const lacking = (scope: string) => challenge('insufficient_scope', `, scope="${scope}"`)
const missing = (required: string[], without = required, anyOf?: string[]) =>
  ({ code: 'insufficient_scope', required, missing: without, ...(anyOf ? { anyOf } : {}) }) as const

const noKey = refused(401, { code: 'api_key_missing' }, challenge())
const invalid = refused(401, { code: 'api_key_invalid' }, challenge('invalid_token'))
const inClear = refused(403, { code: 'api_key_sent_in_clear' })
const elsewhere = refused(403, { code: 'api_key_not_allowed_here' })
const unavailable = refused(503, { code: 'auth_unavailable' }, { 'Retry-After': '5' })
const privately = passed(KEY_ID, { Vary: 'X-API-Key', 'Cache-Control': 'private' })
const nobody = passed('nobody', { Vary: 'Authorization, X-API-Key' })

const never = () => new Promise<never>(() => {})
const fail = (error: unknown) => () => {
  throw error
}

/**
 * Holds an adapter to the one behaviour of all: what it answers, whom it lets in and what it does when it cannot know, over a
 * real socket (HTTP-1, ADP-1, ADP-2). Call it at the top of a Vitest file.
 */
export function testGate(harness: GateHarness): void {
  const open = (conditions?: Conditions) => serve(harness, conditions)
  const parser: Parser = parsers[harness.parser ?? 'node']

  describe(`${harness.name}: gate`, () => {
    afterEach(() => {
      vi.unstubAllEnvs()
    })

    it('reads each of the 89 ways to send a credential as the table says (HTTP-1 to HTTP-8)', async () => {
      const { send, handler } = await open()
      for (const [n, name, fields, target, told] of headerCases) {
        if (UNSENDABLE.has(n)) continue
        const outcome = parser.lessened?.get(n) ?? (harness.joinsLines ? REASON_WHEN_JOINED.get(n) : undefined) ?? told
        handler.mockClear()
        const answer = await send(target, { fields })
        expect(handler, name).toHaveBeenCalledTimes(outcome === 'candidate' ? 1 : 0)
        const status = parser.refused?.get(n)
        if (status === undefined) expect([`H${n}`, seen(answer)]).toEqual([`H${n}`, answerTo(outcome, fields)])
        else expect([`H${n}`, answer.status]).toEqual([`H${n}`, status])
        expect(answer.bytes).not.toContain(K.slice(8))
      }
    })

    const answerTo = (outcome: Outcome, fields: Fields): Expected => {
      if (outcome === 'none') return noKey
      if (outcome === 'invalid_token') return invalid
      const byXApiKey = fields.some(([name, value]) => /^x-api-key$/i.test(name) && value !== '')
      if (outcome === 'candidate') return byXApiKey ? privately : passed(KEY_ID)
      const refusal = { code: 'api_key_malformed', reason: outcome } as const
      const description = `, error_description="${problemFor(refusal).detail}"`
      return refused(400, refusal, challenge('invalid_request', description))
    }

    it.each<[string, string, Fields, Expected]>([
      ['no key, where none is needed', '/public', [], passed('nobody')],
      ['a key, where none is needed', '/public', bearer, passed('nobody')],
      ['no key', '/members', [], noKey],
      ['a key that has the scope', '/members', bearer, passed(KEY_ID)],
      ['the same, by X-API-Key', '/members', xApiKey, privately],
      ['a typo', '/members', [['X-API-Key', `${K.slice(0, -1)}s`]], invalid],
      ['an unknown key', '/members', [['X-API-Key', K2]], invalid],
      ['a scope too few', '/invite', bearer, refused(403, missing(['members.invite']), lacking('members.invite'))],
      [
        'one of two scopes too few',
        '/both',
        bearer,
        refused(
          403,
          missing(['members.read', 'members.invite'], ['members.invite']),
          lacking('members.read members.invite'),
        ),
      ],
      ['a board that the key reaches', '/boards/b1', bearer, passed(KEY_ID)],
      ['another board', '/boards/b2', bearer, refused(403, missing(['tasks.read']), lacking('tasks.read'))],
      ['a level too low', '/boards/b1/move', bearer, refused(403, missing(['tasks.move']), lacking('tasks.move'))],
      ['a resource that throws', '/throws', bearer, unavailable],
      ['one of several scopes', '/either', bearer, passed(KEY_ID)],
      ['one of several, on its board', '/boards/b1/either', bearer, passed(KEY_ID)],
      [
        'one of several, on another board',
        '/boards/b2/either',
        bearer,
        refused(403, missing([], [], ['members.invite', 'tasks.read']), lacking('members.invite tasks.read')),
      ],
      [
        'none of several scopes',
        '/neither',
        bearer,
        refused(403, missing([], [], ['members.invite', 'members.remove']), lacking('members.invite members.remove')),
      ],
      [
        'all of one list, and none of the other',
        '/mixed',
        bearer,
        refused(
          403,
          missing(['members.read'], [], ['members.invite', 'members.remove']),
          lacking('members.read members.invite members.remove'),
        ),
      ],
      ['no key, where one is optional', '/optional', [], nobody],
      ['another scheme, where a key is optional', '/optional', [['Authorization', 'Basic dXNlcjpwYXNz']], nobody],
      ['a key, where one is optional', '/optional', bearer, passed(KEY_ID)],
      ['an unknown key, where one is optional', '/optional', [['X-API-Key', K2]], invalid],
      ['a token of another, where a key is optional', '/optional', [['Authorization', 'Bearer eyJ.eyJ.c2ln']], invalid],
      ['no key, where an able one is optional', '/optional-invite', [], nobody],
      [
        'a key that is not able, where an able one is optional',
        '/optional-invite',
        bearer,
        refused(403, missing(['members.invite']), lacking('members.invite')),
      ],
      [
        'a handler that speaks of caches',
        '/cached',
        xApiKey,
        passed(KEY_ID, { Vary: 'X-API-Key', 'Cache-Control': 'max-age=60' }),
      ],
    ])('answers %s: %s', async (_, target, fields, expected) => {
      const { send, handler } = await open()
      expect(seen(await send(target, { fields }))).toEqual(expected)
      expect(handler).toHaveBeenCalledTimes(expected.status === 200 ? 1 : 0)
    })

    it('names the realm', async () => {
      const { send } = await open({ settings: { realm: 'tasks' } })
      expect((await send('/')).header('WWW-Authenticate')).toBe('Bearer realm="tasks"')
    })

    it.each([
      ['/members', bearer],
      ['/members', xApiKey],
      ['/members', []],
      ['/invite', bearer],
      ['/optional', []],
    ] as const)('answers HEAD %s as it answers GET, without the body', async (target, fields) => {
      const { send } = await open()
      const get = seen(await send(target, { fields }))
      expect(seen(await send(target, { fields, method: 'HEAD' }))).toEqual({ ...get, body: '' })
    })

    it('refuses OPTIONS without a key, a preflight too, and says nothing of CORS: that stands before it (HTTP-13)', async () => {
      const { send, handler } = await open()
      const preflight: Fields = [
        ['Origin', 'https://app.example'],
        ['Access-Control-Request-Method', 'GET'],
        ['Access-Control-Request-Headers', 'authorization'],
      ]
      for (const fields of [[], preflight]) {
        expect(seen(await send('/members', { method: 'OPTIONS', fields }))).toEqual(noKey)
      }
      expect(seen(await send('/members', { fields: [...preflight, ...bearer] }))).toEqual(passed(KEY_ID))
      expect(handler).toHaveBeenCalledOnce()
    })

    it('is passed by no path, method or field without a key (ADP-2)', async () => {
      const { send, handler } = await open()
      const answers = await Promise.all(tricks.flatMap((target) => methods.map((method) => send(target, { method }))))
      answers.push(await send('/api/secret', { fields: overrides }))
      expect(handler.mock.calls.filter(([path]) => path !== '/public')).toEqual([])
      // The tricks that do find the route are refused, and some must.
      expect(answers.filter(({ status }) => status === 401).length).toBeGreaterThan(5)
      expect(answers.filter(({ body }) => body.includes(KEY_ID))).toEqual([])
    })

    it('answers an unknown id and a wrong secret byte for byte alike (HASH-7, HASH-8)', async () => {
      const { keyring, send } = await open()
      const dead = await keyring.create({ name: 'dead', owner: { type: 'organization', id: 'org1' } })
      await keyring.revoke(dead.key.id)
      const bytesFor = async (token: string) =>
        (await send('/', { fields: [['X-API-Key', token]] })).bytes.replace(/^date: .*$/im, '')
      const guess = (id: string) => formatToken({ namespace: 'tk_live', id, secret: 'x'.repeat(32) })

      const unknown = await bytesFor(K2)
      expect(unknown).toMatch(/^HTTP\/1.1 401 .*"api_key_invalid"/s)
      expect(await bytesFor(guess(KEY_ID))).toBe(unknown)
      expect(await bytesFor(guess(dead.key.id))).toBe(unknown)
      expect(await bytesFor(dead.token.reveal())).toContain('"api_key_revoked"')
    })

    it('tells the host of a key in the URL, by its id alone (HTTP-7)', async () => {
      const { send, events, handler } = await open()
      expect((await send(`/members?k=${K}`, { fields: bearer })).status).toBe(400)
      expect(events).toContainEqual({ type: 'api_key.exposed_in_url', keyId: KEY_ID })
      expect(JSON.stringify(events)).not.toContain(K)
      expect(handler).not.toHaveBeenCalled()
    })

    it('tells what is left of the rate limit, and when to come back (HTTP-12, RATE-5)', async () => {
      const { send, handler } = await open({ keyring: { rateLimits: { burst: { limit: 3, windowMs: 60_000 } } } })
      const policy = { 'RateLimit-Policy': '"burst";q=3;w=60' }
      expect(seen(await send('/members', { fields: bearer }))).toEqual(
        passed(KEY_ID, { ...policy, RateLimit: '"burst";r=2;t=60' }),
      )
      const scope = await send('/invite', { fields: bearer })
      expect([scope.status, scope.header('RateLimit-Policy')]).toEqual([403, '"burst";q=3;w=60'])
      expect((await send('/optional', { fields: bearer })).header('RateLimit')).toMatch(/^"burst";r=0;t=\d+$/)

      const limited = seen(await send('/members', { fields: bearer }))
      const { 'Retry-After': retryAfter = '', RateLimit: rateLimit, ...headers } = limited.headers
      const refusal = { code: 'rate_limited', violatedPolicies: ['burst'], retryAfterMs: 1 } as const
      expect({ ...limited, headers }).toEqual(refused(429, refusal, policy))
      expect(retryAfter).toMatch(/^\d+$/)
      expect(rateLimit).toBe(`"burst";r=0;t=${retryAfter}`)
      expect(Number(retryAfter)).toBeGreaterThan(50)
      expect(seen(await send('/members'))).toEqual(noKey)
      expect(handler).toHaveBeenCalledTimes(2)
    })

    describe('cannot know (ADP-1, HTTP-9)', () => {
      const find = (find: () => Promise<never>): Conditions => ({ keyring: { store: { find } } })
      const owner = (resolveOwner: () => never): Conditions => ({ keyring: { resolveOwner } })
      const verify = (verify: () => unknown): Conditions => ({ verify })

      it.each<[string, Conditions]>([
        ['the store throws', find(fail(new Error('down')))],
        ['the store rejects', find(() => Promise.reject(new Error('down')))],
        ['the store hangs', find(never)],
        ['the owner cannot be looked up', owner(fail(new Error('down')))],
        ['verify throws', verify(fail(new Error('bug')))],
        ['verify throws nothing', verify(fail(undefined))],
        ['verify hangs', verify(never)],
        ['verify gives nothing', verify(() => undefined)],
        ['verify gives true', verify(() => true)],
        ['verify gives a bare yes', verify(() => ({ ok: true }))],
        ['verify gives a yes for nobody', verify(() => ({ ok: true, principal: null }))],
        ['verify gives a no without a code', verify(() => ({ ok: false }))],
      ])('when %s: 503, and the handler is not called', async (_, conditions) => {
        const { send, handler } = await open({ ...conditions, settings: { timeoutMs: 100 } })
        for (const target of ['/members', '/optional']) {
          expect(seen(await send(target, { fields: bearer }))).toEqual(unavailable)
        }
        expect(handler).not.toHaveBeenCalled()
        // Nobody has to be asked about who sends no key, or one with a typo.
        expect(seen(await send('/members'))).toEqual(noKey)
        expect(seen(await send('/members', { fields: [['X-API-Key', `${K.slice(0, -1)}s`]] }))).toEqual(invalid)
      })
    })

    describe('asks for HTTPS (HTTP-14)', () => {
      const proxied = { requireHttps: true, trustedProxies: ['127.0.0.0/8'] }
      const by = (...protos: string[]): Fields => protos.map((proto) => ['X-Forwarded-Proto', proto] as const)

      it.each<[string, Conditions['settings'], string, Fields, Expected]>([
        ['plain', { requireHttps: true }, '/members', [], inClear],
        ['plain, in any spelling of the URL', { requireHttps: true }, 'https://test/members', [], inClear],
        ['plain, whatever a stranger says', { requireHttps: true }, '/members', by('https'), inClear],
        ['by a proxy that says https', proxied, '/members', by('https'), passed(KEY_ID)],
        ['by two proxies that say https', proxied, '/members', by('https, https'), passed(KEY_ID)],
        ['by a proxy that says http', proxied, '/members', by('http'), inClear],
        ['by a proxy that adds to what the client says', proxied, '/members', by('https, http'), inClear],
        ['by a proxy that adds a line to it', proxied, '/members', by('https', 'http'), inClear],
        ['by a proxy that says nothing', proxied, '/members', [], inClear],
        ['by a proxy that says nonsense', proxied, '/members', by(''), inClear],
        ['plain, where it is not asked for', { requireHttps: false }, '/members', [], passed(KEY_ID)],
      ])('%s', async (_, settings = {}, target, fields, expected) => {
        const { send, events, handler } = await open({ settings })
        const answer = await send(target, { fields: [...bearer, ...fields] })
        // Not every router finds a route by an absolute target; none may reach it.
        const { absoluteTarget = 404 } = parser
        if (![404, 400, absoluteTarget].includes(answer.status)) expect(seen(answer)).toEqual(expected)
        expect(handler).toHaveBeenCalledTimes(expected.status === 200 ? 1 : 0)
        const told = { type: 'api_key.sent_in_clear', keyId: KEY_ID }
        if (answer.status === 403) expect(events).toContainEqual(told)
        if (target === '/members') expect(answer.status).toBe(expected.status)
      })

      it('of requests with a key alone, and unasked in production', async () => {
        vi.stubEnv('NODE_ENV', 'production')
        const { send } = await open()
        expect(seen(await send('/members', { fields: bearer }))).toEqual(inClear)
        expect(seen(await send('/optional', { fields: bearer }))).toEqual(inClear)
        expect(seen(await send('/members'))).toEqual(noKey)
        expect(seen(await send('/optional'))).toEqual(nobody)
      })
    })

    describe('knows the client’s address (HTTP-15)', () => {
      it.each<[string, readonly string[] | undefined, Fields, Expected | null]>([
        ['told by a proxy', ['127.0.0.1'], [['X-Forwarded-For', '203.0.113.9']], null],
        [
          'behind what the client says of itself',
          ['127.0.0.1'],
          [['X-Forwarded-For', '198.51.100.1, 203.0.113.9']],
          null,
        ],
        ['not as the client says', ['127.0.0.1'], [['X-Forwarded-For', '203.0.113.9, 198.51.100.1']], elsewhere],
        ['not as a stranger says', undefined, [['X-Forwarded-For', '203.0.113.9']], elsewhere],
        ['by the socket', undefined, [], elsewhere],
      ])('%s', async (_, trustedProxies, fields, refusal) => {
        const { keyring, send } = await open({ settings: { trustedProxies } })
        const owner = { type: 'organization', id: 'org1' } as const
        const far = await keyring.create({ name: 'far', owner, ipAllowList: ['203.0.113.9'] })
        const near = await keyring.create({ name: 'near', owner, ipAllowList: ['127.0.0.1'] })
        const as = (token: string): Fields => [['Authorization', `Bearer ${token}`], ...fields]
        expect(seen(await send('/', { fields: as(far.token.reveal()) }))).toEqual(refusal ?? passed(far.key.id))
        const isSocket = trustedProxies === undefined
        expect((await send('/', { fields: as(near.token.reveal()) })).status).toBe(isSocket ? 200 : 403)
      })
    })
  })
}

const methods = ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'POST', 'PUT', 'PROPFIND']
const tricks = [
  '/api/secret',
  '/api/secret/',
  '/API/SECRET',
  '//api/secret',
  '/api//secret',
  '/./api/secret',
  '/api/./secret',
  '/x/../api/secret',
  '/public/../api/secret',
  '/public/%2e%2e/api/secret',
  '/api/%2e%2e/secret',
  '/api/%2e%2e/api/secret',
  '/%61pi/secret',
  '/api%2fsecret',
  '/api\\secret',
  '/api;x/secret',
  '/api/secret;x',
  '/api/secret%00',
  '/api/secret?x=/public',
  '/api/secret#x',
  'http://test/api/secret',
  '*',
]
const overrides: Fields = [
  ['X-HTTP-Method-Override', 'OPTIONS'],
  ['X-HTTP-Method', 'OPTIONS'],
  ['X-Method-Override', 'OPTIONS'],
  ['X-Original-URL', '/public'],
  ['X-Rewrite-URL', '/public'],
]
