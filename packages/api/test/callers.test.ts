import { hmacSha256, KeyError, KeyNotFound } from '@keywright/core'
import { testPeppers } from '@keywright/testkit'
import { describe, expect, it } from 'vitest'
import type { Caller } from '../src/index.js'
import { managementApi } from '../src/index.js'
import { everything, ofMany, ofOneKey, open, ownKeys, testSealer } from './setup.js'

const all = [...ofMany, ...ofOneKey, ['GET /catalog', undefined, null] as const]
const at = (request: string, id: string) => request.replace(':id', id)

describe('a request without a session', () => {
  it.each(all)('%s answers 401, whatever the body says (MGMT-2)', async (request, body) => {
    const { create, send, dump, org } = open()
    const { id } = await create()
    const before = await dump()
    const claims = { userId: 'ada', ownerId: 'ada', owner: { type: 'user', id: 'ada' }, organizationId: org }
    const bodies = request.startsWith('GET')
      ? [undefined]
      : [undefined, body, {}, claims, { ...body, ...claims }, { ...body, userId: 'ada' }, [], null, 'x']
    for (const each of bodies) {
      for (const headers of [{}, { 'X-User-Id': 'ada' }, { 'Idempotency-Key': 'x' }]) {
        const answer = await send(at(request, id), { as: null, body: each, headers })
        expect(answer).toMatchObject({ status: 401, body: { code: 'not_authenticated' } })
        expect(answer.headers.get('cache-control')).toBe('no-store')
      }
    }
    expect(await dump()).toBe(before)
  })
})

describe('permissions (K10)', () => {
  it.each(all)('%s answers 403 and names the scope when the caller does not have it', async (request, body, scope) => {
    const { create, send, people, org, dump } = open({
      reveal: testSealer,
      api: { resources: { board: async () => [] }, people: async () => [] },
    })
    const { id } = await create()
    if (scope === null) return expect((await send(request)).status).toBe(200)
    const granted = [...access(ownKeys), 'api_keys.reveal', 'api_keys.manage_all', 'audit.read', 'audit.export']
    people[org] = { ...people[org], mia: granted.filter((each) => each !== scope) }
    const before = await dump()
    expect(await send(at(request, id), { body })).toMatchObject({
      status: 403,
      body: { code: 'not_permitted', missing: [scope] },
    })
    expect(await dump()).toBe(before)
    people[org] = { ...people[org], mia: granted }
    expect((await send(at(request, id), { body })).status).toBeLessThan(300)
  })

  it('manage_all gives access to the keys of other people, but no other permission', async () => {
    const { create, send, people, org } = open()
    const { id } = await create('max')
    people[org] = { ...people[org], mia: ['api_keys.manage_all', 'api_keys.read'] }
    expect((await send(`GET /${id}`)).status).toBe(200)
    expect((await send('GET /')).body.data).toHaveLength(1)
    expect((await send(`POST /${id}/revoke`)).body).toMatchObject({ missing: ['api_keys.revoke'] })
    expect((await send('POST /', { body: { name: 'x' } })).body).toMatchObject({ missing: ['api_keys.create'] })
  })

  it('the option permissions replaces a scope, or lets every caller in', async () => {
    const { create, send, people, org } = open({ api: { permissions: { read: 'anyone', revoke: 'members.invite' } } })
    const { id } = await create()
    people[org] = { ...people[org], mia: [] }
    expect((await send(`GET /${id}`)).status).toBe(200)
    expect((await send(`DELETE /${id}`)).body).toMatchObject({ missing: ['members.invite'] })
    people[org] = { ...people[org], mia: ['members.invite'] }
    expect((await send(`DELETE /${id}`)).status).toBe(204)
  })

  it('answers 403 to a caller who gives a key more scopes than their own (SCOPE-14)', async () => {
    const { create, send } = open()
    for (const body of [{ scopes: ['billing.manage'] }, { scopes: ['audit.read'] }]) {
      expect(await send('POST /', { body: { name: 'x', ...body } })).toMatchObject({
        status: 403,
        body: { code: 'scope_exceeds_actor', errors: [{ pointer: '/scopes' }], exceeding: body.scopes },
      })
      const { id } = await create()
      expect((await send(`PATCH /${id}`, { body })).status).toBe(403)
    }
  })
})

function access(patterns: readonly string[]): string[] {
  return patterns.flatMap((pattern) =>
    pattern === 'members.*' ? ['members.read', 'members.invite'] : pattern === 'tasks.*' ? ['tasks.read'] : [pattern],
  )
}

describe('an API key as the caller (MGMT-4, D15)', () => {
  const opened = async (scopes: readonly string[] = ownKeys, allowed = true) => {
    const product = open({ reveal: testSealer, allowKeyManagement: allowed, api: { allowKeys: allowed } })
    const self = await product.create('ada', { name: 'robot', scopes })
    const sibling = await product.create('ada', { name: 'sibling' })
    return { ...product, as: `key:${self.id}`, self, sibling }
  }

  it.each(all)('%s answers 403 when allowKeys is off', async (request, body) => {
    const { send, sibling, as, dump } = await opened(everything, false)
    const before = await dump()
    expect(await send(at(request, sibling.id), { as, body })).toMatchObject({ status: 403 })
    expect(await dump()).toBe(before)
  })

  it.each(ofOneKey)('%s answers for a sibling key as for an unknown key, without manage_all', async (request, body) => {
    const { send, sibling, as, dump } = await opened([...ownKeys, 'api_keys.reveal'])
    const before = await dump()
    const answer = await send(at(request, sibling.id), { as, body })
    expect(answer).toMatchObject({ status: 404 })
    expect(answer.text).toBe((await send(at(request, 'A'.repeat(12)), { as, body })).text)
    expect(await dump()).toBe(before)
  })

  it('reads and changes itself, but not its sibling keys', async () => {
    const { send, self, sibling, as, keyring } = await opened()
    expect((await send(`GET /${self.id}`, { as })).body).toMatchObject({ name: 'robot' })
    expect((await send(`PATCH /${self.id}`, { as, body: { name: 'r2' } })).body).toMatchObject({ name: 'r2' })
    expect((await send('GET /', { as })).body.data).toEqual([]) // it created none
    expect((await send('POST /', { as, body: { name: 'x', copy_from: sibling.id } })).status).toBe(404)
    await keyring.verify(sibling.token)
    expect((await send(`GET /usage?key_id=${sibling.id}`, { as })).status).toBe(404)
  })

  it('creates keys for its owner, with no more rights than its own', async () => {
    const { send, as } = await opened(['api_keys.create', 'api_keys.read', 'members.read'])
    const made = await send('POST /', { as, body: { name: 'child', scopes: ['members.read'] } })
    expect(made).toMatchObject({ status: 201, body: { owner: { id: 'ada' }, created_by: { type: 'key' } } })
    for (const scopes of [['*'], ['members.invite'], ['api_keys.manage_all']]) {
      expect((await send('POST /', { as, body: { name: 'x', scopes } })).status, String(scopes)).toBe(403)
    }
  })

  it('never shows a token, not even its own, and rotates only itself', async () => {
    const { send, self, sibling, as } = await opened(everything)
    for (const { id } of [self, sibling]) expect((await send(`POST /${id}/reveal`, { as })).status).toBe(403)
    expect((await send(`POST /${sibling.id}/rotate`, { as })).status).toBe(403)
    expect((await send(`POST /${self.id}/rotate`, { as })).status).toBe(200)
  })

  it('gets 403 in another organisation, and once it is revoked', async () => {
    const { send, self, other, as } = await opened(everything)
    expect((await send('GET /', { as, headers: { 'X-Organization': other } })).status).toBe(403)
    await send(`DELETE /${self.id}`, { as: 'ada' })
    expect((await send('GET /', { as })).status).toBe(403)
  })
})

describe('a request from a browser (MGMT-6)', () => {
  const own = 'http://app.test'
  const rows: [string, boolean, Record<string, string>][] = [
    ['a page of the product', true, { 'Sec-Fetch-Site': 'same-origin', Origin: own }],
    ['a page of the product in an old browser', true, { Origin: own }],
    ['a client that is no browser', true, {}],
    ['a typed address', true, { 'Sec-Fetch-Site': 'none' }],
    ['a typed address, with an origin beside it', false, { 'Sec-Fetch-Site': 'none', Origin: 'https://evil.example' }],
    ['no page, with the own origin', true, { 'Sec-Fetch-Site': 'none', Origin: own }],
    ['another site', false, { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }],
    ['another site, without Origin', false, { 'Sec-Fetch-Site': 'cross-site' }],
    ['another site that names our origin', false, { 'Sec-Fetch-Site': 'cross-site', Origin: own }],
    ['a sibling domain', false, { 'Sec-Fetch-Site': 'same-site', Origin: 'http://blog.app.test' }],
    ['another site in an old browser', false, { Origin: 'https://evil.example' }],
    ['a sandboxed frame', false, { Origin: 'null' }],
    ['another port', false, { Origin: 'http://app.test:8080' }],
    ['a page of a trusted origin', true, { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://console.example' }],
  ]
  it.each(rows)('from %s: allowed %s', async (_, isAllowed, headers) => {
    const { send, create, dump } = open({ api: { origins: ['https://console.example'] } })
    const { id } = await create()
    const before = await dump()
    for (const [request, body] of [...all, ['GET /audit/export', undefined] as const]) {
      const answer = await send(at(request, id), { as: 'ada', body, headers })
      if (isAllowed) expect(answer.body?.code, request).not.toBe('cross_site')
      else expect(answer, request).toMatchObject({ status: 403, body: { code: 'cross_site' } })
    }
    if (!isAllowed) expect(await dump()).toBe(before)
  })

  it('answers 415 to a form of another site, even an empty one', async () => {
    const { send, create, dump } = open()
    const { id } = await create()
    const before = await dump()
    for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain']) {
      for (const raw of ['', '{}', '{"name":"x"}']) {
        for (const request of ['POST /', `POST /${id}/revoke`, `POST /${id}/disable`, `DELETE /${id}`]) {
          expect((await send(request, { raw, headers: { 'Content-Type': type } })).status, request).toBe(415)
        }
      }
    }
    expect(await dump()).toBe(before)
  })

  it('allows any origin when the caller is not ambient', async () => {
    const { create, keyring, org } = open()
    const { id } = await create()
    const api = managementApi(keyring, {
      authenticate: () => ({ actor: { type: 'user', id: 'mia' }, authority: { scopes: ['*'] }, ambient: false }),
      organization: () => org,
    })
    const headers = { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }
    const response = await api.fetch(
      new Request(`http://app.test/api/api-keys/${id}/disable`, { method: 'POST', headers }),
    )
    expect(response.status).toBe(200)
  })

  it('sends CORS headers only to the origins in the options (HTTP-13)', async () => {
    const preflight = { Origin: 'https://console.example', 'Access-Control-Request-Method': 'POST' }
    const corsOf = (headers: Headers) => [...headers].filter(([name]) => name.startsWith('access-control-'))
    const { send } = open()
    expect(corsOf((await send('OPTIONS /', { as: null, headers: preflight })).headers)).toEqual([])
    expect(corsOf((await send('GET /', { headers: { Origin: 'http://app.test' } })).headers)).toEqual([])

    const listed = open({ api: { origins: ['https://console.example'] } })
    const allowed = await listed.send('OPTIONS /', { as: null, headers: preflight })
    expect(allowed.status).toBe(204)
    expect(Object.fromEntries(corsOf(allowed.headers))).toMatchObject({
      'access-control-allow-origin': 'https://console.example',
      'access-control-allow-credentials': 'true',
      'access-control-allow-headers': expect.stringContaining('Idempotency-Key'),
    })
    for (const as of ['mia', null]) {
      const { headers } = await listed.send('GET /', { as, headers: { Origin: 'https://console.example' } })
      expect(headers.get('access-control-allow-origin')).toBe('https://console.example')
      expect(headers.get('vary')).toBe('Authorization, Cookie, X-API-Key, Origin')
    }
    const foreign = await listed.send('OPTIONS /', {
      as: null,
      headers: { ...preflight, Origin: 'https://evil.example' },
    })
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('a host function that fails (FI-30)', () => {
  const caller: Caller = { actor: { type: 'user', id: 'ada' }, authority: { scopes: ['*'] } }
  const fail = () => {
    throw new Error('session store: password=hunter2')
  }
  const hang = () => new Promise<never>(() => {})
  const rubbish = (value: unknown) => () => value as never
  const answers: [string, object][] = [
    ['authenticate throws', { authenticate: fail }],
    ['authenticate hangs', { authenticate: hang }],
    // Such as a keyring's own, which would be 404 if it were ours.
    ['authenticate throws an error with a code', { authenticate: () => Promise.reject(new KeyNotFound('x')) }],
    ...[
      true,
      'ada',
      [],
      {},
      { actor: null },
      { actor: caller.actor },
      { ...caller, actor: { type: 'admin', id: 'x' } },
      { ...caller, actor: { type: 'system', id: 'x' } },
      { ...caller, actor: { type: 'user', id: '' } },
      { ...caller, actor: { type: 'user', id: 7 } },
      { ...caller, actor: { type: 'user', id: 'ada ' } },
      { ...caller, actor: { type: 'user', id: 'a'.repeat(256) } },
      { ...caller, actor: { type: 'user', id: 'a\u0000' } },
      { ...caller, authority: null },
      { ...caller, authority: { scopes: '*' } },
      { ...caller, authority: { scopes: [1] } },
      { ...caller, authority: { roles: 'planner' } },
      { ...caller, ambient: 'no' },
    ].map((value): [string, object] => [
      `authenticate returns ${JSON.stringify(value)}`,
      { authenticate: rubbish(value) },
    ]),
    ['organization throws', { organization: fail }],
    ['organization hangs', { organization: hang }],
    ...[true, '', 7, {}, ['acme']].map((value): [string, object] => [
      `organization returns ${JSON.stringify(value)}`,
      { organization: rubbish(value) },
    ]),
    ['clientIp throws', { clientIp: fail }],
    ['clientIp hangs', { clientIp: hang }],
    ['clientIp returns 7', { clientIp: rubbish(7) }],
  ]
  it.each(answers)('%s: answers 503 with Retry-After, and changes nothing', async (name, host) => {
    const errors: unknown[] = []
    const { send, dump } = open({
      api: { authenticate: () => caller, hostTimeoutMs: 20, ...host, onError: (e) => errors.push(e) },
    })
    const before = await dump()
    for (const [request, body] of ofMany) {
      const answer = await send(request, { body })
      const code = name.endsWith('hangs') ? 'host_unavailable' : 'unavailable'
      expect(answer, request).toMatchObject({ status: 503, body: { code } })
      expect(answer.headers.get('retry-after')).toBe('5')
      expect(answer.text).not.toContain('hunter2')
    }
    expect(errors).toHaveLength(ofMany.length)
    expect(await dump()).toBe(before)
  })

  it.each([
    ['throws', fail],
    ['hangs', hang],
    ['returns no array', rubbish({})],
    ['returns choices without a name', rubbish([{ id: 1 }])],
  ])('GET /resources/board answers 503 when the function of the host %s', async (_, board) => {
    const { send } = open({ api: { hostTimeoutMs: 20, resources: { board } } })
    expect((await send('GET /resources/board')).status).toBe(503)
  })

  it('POST / answers 503 when the hasher has too much to do, and says so', async () => {
    class Busy extends KeyError {
      readonly code = 'hasher_busy'
    }
    const busy = new Busy('hunter2')
    const hasher = { ...hmacSha256({ current: 'p1', peppers: testPeppers }), hash: () => Promise.reject(busy) }
    const answer = await open({ hasher }).send('POST /', { body: { name: 'ci' } })
    expect(answer).toMatchObject({
      status: 503,
      body: { code: 'hasher_busy', detail: expect.stringContaining('at once') },
    })
    expect(answer.text).not.toContain('hunter2')
  })

  it('GET /resources/:type lists the choices of the host, and answers 404 for an unknown type', async () => {
    const board = async (_: Caller, __: string, search: string) => [{ id: 'b1', name: `Board ${search}`, secret: 'x' }]
    const { send } = open({ api: { resources: { board } } })
    expect((await send('GET /resources/board?search=1')).body).toEqual({ data: [{ id: 'b1', name: 'Board 1' }] })
    for (const type of ['card', 'constructor', '__proto__', 'toString']) {
      expect((await send(`GET /resources/${type}`)).status).toBe(404)
    }
  })

  it('every operation answers 503 when the store is down, even if onError throws', async () => {
    const { send, store } = open({ api: { onError: fail } })
    const verbs = ['list', 'insert', 'change', 'find', 'now', 'stats', 'listUsage', 'listAudit', 'appendAudit']
    Object.assign(store, Object.fromEntries(verbs.map((verb) => [verb, fail])))
    for (const [request, body] of [...ofMany.filter(([each]) => !/resources|people/.test(each)), ...ofOneKey]) {
      const answer = await send(at(request, 'A'.repeat(12)), { as: 'ada', body })
      expect(answer.status, request).toBe(503)
      expect(answer.text).not.toContain('hunter2')
    }
  })
})

describe('managementApi', () => {
  const { keyring } = open()
  const host = { authenticate: () => null, organization: () => null }
  it.each<[string, object]>([
    ['origins', { origins: ['*'] }],
    ['origins', { origins: ['https://app.example.com/'] }],
    ['origins', { origins: ['https://*.example.com'] }],
    ['origins', { origins: ['null'] }],
    ['origins', { origins: 'https://app.example.com' }],
    ['basePath', { basePath: 'api' }],
    ['basePath', { basePath: '/api/' }],
    ['basePath', { basePath: '/:id' }],
    ['authenticate', { authenticate: undefined }],
    ['organization', { organization: 'acme' }],
    ['allowKeys', { allowKeys: 'false' }],
    ['requireIfMatch', { requireIfMatch: 1 }],
    ['revealLimiter', { revealLimiter: {} }],
    ['assertFresh', { assertFresh: true }],
    ['clientIp', { clientIp: '::1' }],
    ['hostTimeoutMs', { hostTimeoutMs: 0 }],
    ['permissions.read', { permissions: { read: 'api_keys.raed' } }],
    ['keyring', { keyring: {} }],
  ])('throws InvalidOptions for a wrong %s', (field, wrong) => {
    const { keyring: given = keyring, ...options } = wrong as { keyring?: typeof keyring }
    expect(() => managementApi(given, { ...host, ...options })).toThrow(
      expect.objectContaining({ code: 'invalid_options', field }),
    )
  })
})
