import type { TrustedProxies } from '@keywright/core'
import { checkNames } from '@keywright/core/adapter'
import { problemFor } from '@keywright/core/http'
import type { KeyStore } from '@keywright/core/store'
import { formatToken } from '@keywright/core/token'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { aKey } from './a-key.js'
import { bypassAttempts } from './gate/bypass-attempts.js'
import { challenge, type Expected, passed, refused, seen } from './gate/expected.js'
import { type GateHarness, gateHarnessNames } from './gate/harness.js'
import { headerCases, K, K2, KEY_ID, type Outcome } from './gate/header-cases.js'
import { type Parser, parsers, REASON_WHEN_JOINED, UNSENDABLE } from './gate/parsers.js'
import { plainBinding, plainProofs } from './gate/plain-proofs.js'
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
const withoutKey = passed('nobody', { Vary: 'Authorization, X-API-Key' })

const malformed = (reason: string, { settings: { headers } = {} }: Conditions = {}) => {
  const refusal = { code: 'api_key_malformed', reason } as const
  const description = `, error_description="${problemFor(refusal, headers).detail}"`
  return refused(400, refusal, challenge('invalid_request', description), headers)
}

const never = () => new Promise<never>(() => {})
const fail = (error: unknown) => () => {
  throw error
}

/**
 * Tests that an adapter behaves as all others do: its responses, the requests that it lets pass, and outages, over a real socket.
 * Call it at the top of a Vitest file.
 *
 * @example
 * ```ts
 * testGate({
 *   name: 'Express',
 *   async listen({ keyring, settings, routes }) {
 *     const app = express()
 *     for (const { path, guard, resource, answer } of routes) {
 *       const byRequest = resource && ((req: Request) => resource((name) => String(req.params[name])))
 *       const guards = guard === null ? [] : [requireKey(keyring, { ...settings, ...guard, resource: byRequest })]
 *       app.all(path, ...guards, (req, res) => {
 *         const { headers, body } = answer(principalOf(req))
 *         res.set(headers).type('text').send(body)
 *       })
 *     }
 *     const server = createServer(app).listen(0, '127.0.0.1')
 *     await once(server, 'listening')
 *     const { port } = server.address() as AddressInfo
 *     return { port, close: () => server.close() }
 *   },
 * })
 * ```
 *
 * @throws {@link InvalidOptions} when a field is unknown.
 */
export function testGate(harness: GateHarness): void {
  checkNames(harness, gateHarnessNames)
  const open = (conditions?: Conditions) => serve(harness, conditions)
  const parser: Parser = parsers[harness.parser ?? 'node']

  describe(`${harness.name}: gate`, () => {
    afterEach(() => {
      vi.unstubAllEnvs()
    })

    it('reads each of the 89 ways to send a credential as the table says (HTTP-1 to HTTP-8)', async () => {
      const { send, handler } = await open()
      for (const [n, name, fields, target, whenSeparate] of headerCases) {
        if (UNSENDABLE.has(n)) continue
        const whenJoined = harness.joinsLines ? REASON_WHEN_JOINED.get(n) : undefined
        const outcome = parser.lessened?.get(n) ?? whenJoined ?? whenSeparate
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
      return malformed(outcome)
    }

    describe('of several headers takes the key of this keyring (HTTP-22)', () => {
      const jwt: Fields = [['Authorization', 'Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln']]
      const acme = (value: string): Fields => [['x-acme-KEY', value]]
      const asAcme = passed(KEY_ID, { Vary: 'X-Acme-Key', 'Cache-Control': 'private' })
      const only: Conditions = { settings: { headers: ['X-Acme-Key'] } }
      const both: Conditions = { settings: { headers: ['X-Acme-Key', 'X-API-Key'] } }
      const asBoth = passed(KEY_ID, { Vary: 'X-Acme-Key, X-API-Key', 'Cache-Control': 'private' })
      const noAcme = refused(401, { code: 'api_key_missing' }, challenge(), ['X-Acme-Key'])
      const imports: Conditions = { keyring: { imports: {} } }

      it.each<[string, Conditions, string, Fields, Expected]>([
        ["a platform's token beside it", {}, '/members', [...jwt, ...xApiKey], privately],
        ["a platform's token after it", {}, '/members', [...xApiKey, ...jwt], privately],
        ["a platform's token beside a typo", {}, '/members', [...jwt, ['X-API-Key', `${K.slice(0, -1)}s`]], invalid],
        ["a platform's token beside an unknown key", {}, '/members', [...jwt, ['X-API-Key', K2]], invalid],
        [
          "a platform's token beside another's",
          {},
          '/',
          [...jwt, ['X-API-Key', 'sk_abc']],
          malformed('multiple_methods'),
        ],
        [
          'ours, mistyped, beside it',
          {},
          '/',
          [['Authorization', `Bearer ${K}s`], ...xApiKey],
          malformed('multiple_methods'),
        ],
        ['what may be imported beside it', imports, '/', [...jwt, ...xApiKey], malformed('multiple_methods')],
        ["in a header of the host's", only, '/members', acme(K), asAcme],
        ["in a header of the host's, beside a platform's token", only, '/members', [...jwt, ...acme(K)], asAcme],
        ['in a header that is not one any more', only, '/members', xApiKey, noAcme],
        ['in one of two headers', both, '/members', xApiKey, asBoth],
        ['in one of two headers, the other empty', both, '/members', [...acme(''), ...xApiKey], asBoth],
        ['in both of two', both, '/', [...acme(K), ...xApiKey], malformed('repeated_x_api_key', both)],
        ["twice in a header of the host's", only, '/', [...acme(K), ...acme(K)], malformed('repeated_x_api_key', only)],
        [
          "with Bearer in a header of the host's",
          only,
          '/',
          acme(`Bearer ${K}`),
          malformed('malformed_x_api_key', only),
        ],
        [
          "as bearer and in a header of the host's",
          only,
          '/',
          [...bearer, ...acme(K)],
          malformed('multiple_methods', only),
        ],
        [
          'nowhere, where one is optional',
          both,
          '/optional',
          [],
          passed('nobody', { Vary: 'Authorization, X-Acme-Key, X-API-Key' }),
        ],
      ])('%s', async (_, conditions, target, fields, expected) => {
        const { send, handler } = await open(conditions)
        expect(seen(await send(target, { fields }))).toEqual(expected)
        expect(handler).toHaveBeenCalledTimes(expected.status === 200 ? 1 : 0)
      })
    })

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
      ['no key, where one is optional', '/optional', [], withoutKey],
      ['another scheme, where a key is optional', '/optional', [['Authorization', 'Basic dXNlcjpwYXNz']], withoutKey],
      ['a key, where one is optional', '/optional', bearer, passed(KEY_ID)],
      ['an unknown key, where one is optional', '/optional', [['X-API-Key', K2]], invalid],
      ['a token of another, where a key is optional', '/optional', [['Authorization', 'Bearer eyJ.eyJ.c2ln']], invalid],
      ['no key, where an able one is optional', '/optional-invite', [], withoutKey],
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
    ])('answers a request with %s: %s', async (_, target, fields, expected) => {
      const { send, handler } = await open()
      expect(seen(await send(target, { fields }))).toEqual(expected)
      expect(handler).toHaveBeenCalledTimes(expected.status === 200 ? 1 : 0)
    })

    it('names the realm in its challenge', async () => {
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

    it('refuses OPTIONS without a key, preflights included, and sends no CORS headers, for CORS stands before it (HTTP-13)', async () => {
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

    it('lets no request without a key through, by any path, method or header (ADP-2)', async () => {
      const { send, handler } = await open()
      const answers = await Promise.all(bypassAttempts.map(({ target = '/', ...sent }) => send(target, sent)))
      expect(handler.mock.calls.filter(([path]) => path !== '/public')).toEqual([])
      // The attempts that do find the route are refused, and some must.
      expect(answers.filter(({ status }) => status === 401).length).toBeGreaterThan(5)
      expect(answers.filter(({ body }) => body.includes(KEY_ID))).toEqual([])
    })

    it('answers an unknown id and a wrong secret with the same bytes (HASH-7, HASH-8)', async () => {
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

    it('reports a key in the URL to the host, by its id only (HTTP-7)', async () => {
      const { send, events, handler } = await open()
      expect((await send(`/members?k=${K}`, { fields: bearer })).status).toBe(400)
      expect(events).toContainEqual(expect.objectContaining({ type: 'api_key.exposed_in_url', keyId: KEY_ID }))
      expect(JSON.stringify(events)).not.toContain(K)
      expect(handler).not.toHaveBeenCalled()
    })

    it('sends what is left of the rate limit, and Retry-After once it is used up (HTTP-12, RATE-5)', async () => {
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

    it('answers a made-up key alike, whether what it asks for is there, is not, or cannot be looked up (RATE-15)', async () => {
      const resolveOwner = vi.fn(() => ({ scopes: ['*'] }))
      const { send, handler } = await open({ keyring: { resolveOwner } })
      for (const target of ['/boards/b1', '/boards/b2', '/throws', '/members']) {
        expect(seen(await send(target, { fields: [['X-API-Key', K2]] }))).toEqual(invalid)
      }
      expect(handler).not.toHaveBeenCalled()
      expect(resolveOwner).not.toHaveBeenCalled()
    })

    it('asks nobody about a key past its rate limit (RATE-15)', async () => {
      const resolveOwner = vi.fn(() => ({ scopes: ['*'] }))
      const { send } = await open({ keyring: { rateLimits: { burst: { limit: 1, windowMs: 60_000 } }, resolveOwner } })
      expect((await send('/members', { fields: bearer })).status).toBe(200)
      expect(resolveOwner).toHaveBeenCalledOnce()
      for (const target of ['/members', '/invite', '/boards/b2', '/throws']) {
        expect((await send(target, { fields: bearer })).status).toBe(429)
      }
      expect(resolveOwner).toHaveBeenCalledOnce()
    })

    describe('of a key that is bound (HTTP-31)', () => {
      const bound: Conditions = { keyring: { binding: plainBinding, proofs: { dpop: plainProofs, mtls: {} } } }
      const withProof = (proof: string): Fields => [
        ['Authorization', `DPoP ${K}`],
        ['DPoP', proof],
      ]
      const told = (code: 'proof_required' | 'proof_invalid', error = 'invalid_dpop_proof') =>
        refused(
          401,
          { code },
          { 'WWW-Authenticate': `DPoP realm="api", error="${error}", algs="ES256"`, 'DPoP-Nonce': 'n1' },
        )
      const proven = passed(KEY_ID, { 'DPoP-Nonce': 'n1' })

      it.each<[string, string, Fields, Expected, string?]>([
        ['its token alone', '/members', bearer, told('proof_required')],
        ['its token alone, in another header', '/members', xApiKey, told('proof_required')],
        ['its token alone, as DPoP', '/members', [['Authorization', `DPoP ${K}`]], told('proof_required')],
        ['a proof beside Bearer', '/members', [...bearer, ['DPoP', 'a GET /members']], told('proof_required')],
        ['a proof', '/members', withProof('a GET /members'), proven],
        ['a proof, and a query', '/members?a=1', withProof('a GET /members'), proven],
        [
          'a proof, in small letters',
          '/members',
          [
            ['authorization', `dpop ${K}`],
            ['dpop', 'a GET /members'],
          ],
          proven,
        ],
        ['a proof, where a key is optional', '/optional', withProof('a GET /optional'), proven],
        ['a proof of another method', '/members', withProof('a GET /members'), told('proof_invalid'), 'POST'],
        ['a proof of its method', '/members', withProof('a POST /members'), proven, 'POST'],
        ['a proof of another path', '/members', withProof('a GET /invite'), told('proof_invalid')],
        ['two tokens', '/', [['Authorization', `DPoP ${K}`], ...xApiKey], malformed('multiple_methods')],
        ['an unknown token', '/members', [['Authorization', `DPoP ${K2}`]], invalid],
        ['another login', '/optional', [['Authorization', 'Basic dXNlcjpwYXNz']], withoutKey],
      ])('with %s', async (_, target, fields, expected, method) => {
        const { send, handler } = await open(bound)
        expect(seen(await send(target, { fields, method }))).toEqual(expected)
        expect(handler).toHaveBeenCalledTimes(expected.status === 200 ? 1 : 0)
      })

      it('takes a proof once, and never two', async () => {
        const { send, handler } = await open(bound)
        expect(seen(await send('/members', { fields: withProof('a GET /members') }))).toEqual(proven)
        expect(seen(await send('/members', { fields: withProof('a GET /members') }))).toEqual(told('proof_invalid'))
        const twice: Fields = [...withProof('b GET /members'), ['DPoP', 'c GET /members']]
        expect(seen(await send('/members', { fields: twice }))).toEqual(told('proof_invalid'))
        expect(handler).toHaveBeenCalledOnce()
      })

      it('reads DPoP for no other key, and not at all where none can be bound', async () => {
        const { send } = await open({ keyring: { proofs: { dpop: plainProofs } } })
        const unbound = told('proof_invalid', 'invalid_token')
        expect(seen(await send('/members', { fields: withProof('a GET /members') }))).toEqual(unbound)
        expect(seen(await send('/members', { fields: bearer }))).toEqual(passed(KEY_ID))
        const { send: plain } = await open()
        expect(seen(await plain('/members', { fields: withProof('a GET /members') }))).toEqual(noKey)
        const { send: unable } = await open({ keyring: { binding: plainBinding } })
        expect(seen(await unable('/members', { fields: bearer }))).toEqual(unavailable)
      })

      it('believes a trusted proxy which certificate the client has', async () => {
        const thumbprint = Buffer.alloc(32, 7).toString('base64url')
        const keyring = { binding: { type: 'mtls', thumbprint } as const, proofs: { mtls: {} } }
        const named: Fields = [...bearer, ['Client-Cert', Buffer.alloc(32, 7).toString('hex')]]
        const without = refused(401, { code: 'proof_required' }, challenge('invalid_token'))
        const { send } = await open({ keyring, settings: { trustedProxies: ['127.0.0.1'] } })
        expect(seen(await send('/members', { fields: named }))).toEqual(passed(KEY_ID))
        expect(seen(await send('/members', { fields: bearer }))).toEqual(without)
        const { send: direct } = await open({ keyring })
        expect(seen(await direct('/members', { fields: named }))).toEqual(without)
      })
    })

    describe('when it cannot know (ADP-1, HTTP-9)', () => {
      // A store that breaks its own types.
      const find = (find: () => unknown): Conditions => ({ keyring: { store: { find: find as KeyStore['find'] } } })
      const owner = (resolveOwner: () => never): Conditions => ({ keyring: { resolveOwner } })
      const another = { record: aKey({ id: 'another' }), now: new Date() }

      it.each<[string, Conditions]>([
        ['the store throws', find(fail(new Error('down')))],
        ['the store rejects', find(() => Promise.reject(new Error('down')))],
        ['the store hangs', find(never)],
        ['the owner cannot be looked up', owner(fail(new Error('down')))],
        ['the store throws nothing', find(fail(undefined))],
        ['the store gives nothing', find(async () => undefined)],
        ['the store gives true', find(async () => true)],
        ['the store gives no record', find(async () => ({ now: new Date() }))],
        ['the store gives an empty record', find(async () => ({ record: {}, now: new Date() }))],
        ['the store gives another key', find(async () => another)],
      ])('because %s, answers 503 and does not call the handler', async (_, conditions) => {
        const { send, handler } = await open({ ...conditions, settings: { timeoutMs: 100 } })
        for (const target of ['/members', '/optional']) {
          expect(seen(await send(target, { fields: bearer }))).toEqual(unavailable)
        }
        expect(handler).not.toHaveBeenCalled()
        // A missing or mistyped key is refused without a look at the store.
        expect(seen(await send('/members'))).toEqual(noKey)
        expect(seen(await send('/members', { fields: [['X-API-Key', `${K.slice(0, -1)}s`]] }))).toEqual(invalid)
      })
    })

    describe('with requireHttps (HTTP-14, HTTP-23)', () => {
      const proxied = { requireHttps: true, trustedProxies: ['127.0.0.0/8'] }
      const strict = { requireHttps: true }
      const by = (...protos: string[]): Fields => protos.map((proto) => ['X-Forwarded-Proto', proto] as const)
      const via = (addresses: string): Fields => [['X-Forwarded-For', addresses]]

      it.each<[string, Conditions['settings'], string, Fields, Expected]>([
        ['over loopback, with no word of a proxy', strict, '/members', [], passed(KEY_ID)],
        ['by a local proxy that says https, and that nobody named', strict, '/members', by('https'), passed(KEY_ID)],
        ['by a local proxy that says http', strict, '/members', by('http'), inClear],
        ['by a local proxy, in any spelling of the URL', strict, 'https://test/members', by('http'), inClear],
        ['by a local proxy that does not say', strict, '/members', via('203.0.113.9'), unavailable],
        ['by a proxy that says https', proxied, '/members', by('https'), passed(KEY_ID)],
        ['by two proxies that say https', proxied, '/members', by('https, https'), passed(KEY_ID)],
        [
          'by two proxies, the first over https',
          proxied,
          '/members',
          [...by('https,http'), ...via('203.0.113.9, 127.0.0.2')],
          passed(KEY_ID),
        ],
        [
          'by two proxies, the first over http',
          proxied,
          '/members',
          [...by('http', 'https'), ...via('203.0.113.9, 127.0.0.2')],
          inClear,
        ],
        ['by a proxy that says http', proxied, '/members', by('http'), inClear],
        ['by a proxy that adds to what the client says', proxied, '/members', by('https, http'), inClear],
        ['by a proxy that adds a line to it', proxied, '/members', by('https', 'http'), inClear],
        ['by a proxy that says whom it forwards for alone', proxied, '/members', via('203.0.113.9'), inClear],
        ['by a proxy that says nonsense', proxied, '/members', by(''), inClear],
        ['plain, where it is not asked for', { requireHttps: false }, '/members', by('http'), passed(KEY_ID)],
      ])('%s', async (_, settings = {}, target, fields, expected) => {
        const { send, events, handler } = await open({ settings })
        const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
        onTestFinished(() => warn.mockRestore())
        const answer = await send(target, { fields: [...bearer, ...fields] })
        expect(warn).toHaveBeenCalledTimes(expected === unavailable ? 1 : 0)
        // Not every router finds a route by an absolute target, but none may let the request pass.
        const { absoluteTarget = 404 } = parser
        if (![404, 400, absoluteTarget].includes(answer.status)) expect(seen(answer)).toEqual(expected)
        expect(handler).toHaveBeenCalledTimes(expected.status === 200 ? 1 : 0)
        const event = { type: 'api_key.sent_in_clear', keyId: KEY_ID }
        if (answer.status === 403) expect(events).toContainEqual(expect.objectContaining(event))
        if (target === '/members') expect(answer.status).toBe(expected.status)
      })

      it('judges requests with a key only, and is on by default in production', async () => {
        vi.stubEnv('NODE_ENV', 'production')
        const { send } = await open()
        const plain = by('http')
        expect(seen(await send('/members', { fields: [...bearer, ...plain] }))).toEqual(inClear)
        expect(seen(await send('/optional', { fields: [...bearer, ...plain] }))).toEqual(inClear)
        expect(seen(await send('/members', { fields: plain }))).toEqual(noKey)
        expect(seen(await send('/optional', { fields: plain }))).toEqual(withoutKey)
        expect(seen(await send('/members', { fields: bearer }))).toEqual(passed(KEY_ID))
      })
    })

    describe("finds the client's address (HTTP-15, HTTP-21)", () => {
      it.each<[string, TrustedProxies | undefined, Fields, Expected | null]>([
        ['told by a proxy', ['127.0.0.1'], [['X-Forwarded-For', '203.0.113.9']], null],
        ['told by a local proxy', 'loopback', [['X-Forwarded-For', '203.0.113.9']], null],
        ['told by the one proxy that there is', 1, [['X-Forwarded-For', '198.51.100.1, 203.0.113.9']], null],
        [
          'behind what the client says of itself',
          ['127.0.0.1'],
          [['X-Forwarded-For', '198.51.100.1, 203.0.113.9']],
          null,
        ],
        ['not as the client says', ['127.0.0.1'], [['X-Forwarded-For', '203.0.113.9, 198.51.100.1']], elsewhere],
        ['told with a port', ['127.0.0.1'], [['X-Forwarded-For', '203.0.113.9:4711']], null],
        ['not where a proxy cannot say', ['127.0.0.1'], [['X-Forwarded-For', '203.0.113.9, unknown']], elsewhere],
        ['not where a proxy does not say', ['127.0.0.1'], [], elsewhere],
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
