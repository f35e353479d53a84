import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { everything, ofOneKey, open } from './setup.js'

const create = { name: 'ci' }

/** JSON that a create takes, now and then with one field more, in the body or deeper. */
const goodBody = fc.record(
  {
    name: fc.constant('ci'),
    description: fc.option(fc.constant('x'), { nil: null }),
    scopes: fc.subarray(['members.read', 'members.invite', 'tasks.*']),
    preset: fc.constantFrom('people', null),
    roles: fc.subarray(['planner']),
    resources: fc.constantFrom({}, { board: { mode: 'all', level: 'read' } }),
    expires_at: fc.constantFrom(null, '2090-01-01T00:00:00Z'),
    ip_allow_list: fc.constantFrom(null, [], ['10.0.0.0/8']),
    rate_limits: fc.constantFrom(null, [{ limit: 1, window_ms: 1_000 }]),
    for: fc.constant('me'),
    environment: fc.constantFrom('live', 'test'),
  },
  { requiredKeys: ['name'] },
)

const serverOnly = [
  ...[
    'userId',
    'user_id',
    'ownerId',
    'owner_id',
    'owner',
    'tenantId',
    'organizationId',
    'organization_id',
    'createdBy',
  ],
  ...[
    'created_by',
    'status',
    'hash',
    'id',
    'token',
    'secret',
    'limit',
    'actor',
    'within',
    'sealed',
    'preview',
    'metadata',
    'createdAt',
  ],
  ...[
    'permissions',
    'refillAmount',
    'rateLimitMax',
    'constructor',
    'prototype',
    'toString',
    '__proto__',
    'Name',
    'name ',
  ],
]

describe('a request body', () => {
  it('answers 400 to any field that is not in the schema, and never changes the owner of a key (MGMT-1)', async () => {
    const { send, dump } = open()
    const extra = fc.tuple(
      fc.oneof(fc.constantFrom(...serverOnly), fc.string()),
      fc.oneof(fc.constantFrom('ada', 'system', { type: 'user', id: 'ada' }), fc.jsonValue()),
    )
    let [refused, made] = [0, 0]
    await fc.assert(
      fc.asyncProperty(goodBody, fc.option(extra), async (body, added) => {
        const isNew =
          added !== null &&
          ![
            'name',
            'for',
            'copy_from',
            ...Object.keys(body),
            'description',
            'scopes',
            'preset',
            'roles',
            'resources',
            'expires_at',
            'ip_allow_list',
            'rate_limits',
            'environment',
          ].includes(added[0])
        const members = Object.entries(body).map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
        if (isNew) members.push(`${JSON.stringify(added[0])}:${JSON.stringify(added[1])}`)
        const before = isNew ? await dump() : ''
        const answer = await send('POST /', { raw: `{${members.join()}}` })
        if (isNew) {
          refused += 1
          expect(answer.status, answer.text).toBe(400)
          expect(await dump()).toBe(before)
        } else {
          made += answer.status === 201 ? 1 : 0
          expect([201, 400]).toContain(answer.status)
          if (answer.status === 201)
            expect(answer.body).toMatchObject({ owner: { type: 'user', id: 'mia' }, created_by: { id: 'mia' } })
        }
      }),
      { numRuns: 120 },
    )
    expect(Math.min(refused, made)).toBeGreaterThan(10)
  })

  it.each(ofOneKey.filter(([request]) => !request.startsWith('GET')))(
    '%s answers 400 to a field that only the server may set',
    async (request, body) => {
      const { send, create: make, dump } = open({ api: { assertFresh: () => true } })
      const { id } = await make()
      const before = await dump()
      for (const field of serverOnly) {
        const raw = `{${JSON.stringify(body ?? {}).slice(1, -1)}${body === undefined ? '' : ','}${JSON.stringify(field)}:"ada"}`
        expect((await send(request.replace(':id', id), { as: 'ada', raw })).status, raw).toBe(400)
      }
      expect(await dump()).toBe(before)
    },
  )

  it.each<[string, unknown, string]>([
    ['a name that is an array', { name: ['x'] }, '/name'],
    ['no name', {}, '/name'],
    ['a name of only spaces', { name: '  ' }, '/name'],
    ['a name with a right-to-left override', { name: 'x\u202ey' }, '/name'],
    ['scopes that are a string', { ...create, scopes: '*' }, '/scopes'],
    ['an unknown scope', { ...create, scopes: ['members.raed'] }, '/scopes/0'],
    ['an expiry that is not a date', { ...create, expires_at: 'tomorrow' }, '/expires_at'],
    ['an expiry that has passed', { ...create, expires_at: '2001-01-01T00:00:00Z' }, '/expires_at'],
    ['an expiry without a time zone', { ...create, expires_at: '2090-01-01T00:00:00' }, '/expires_at'],
    ['an invalid IP range', { ...create, ip_allow_list: ['10.0.0.0/99'] }, '/ip_allow_list/0'],
    ['a rate limit of 0', { ...create, rate_limits: [{ limit: 0, window_ms: 1_000 }] }, '/rate_limits/0/limit'],
    [
      'a window of half a second',
      { ...create, rate_limits: [{ limit: 1, window_ms: 500 }] },
      '/rate_limits/0/window_ms',
    ],
    [
      'an unknown field of a rate limit',
      { ...create, rate_limits: [{ limit: 1, window_ms: 1_000, x: 1 }] },
      '/rate_limits/0/x',
    ],
    ['an unknown environment', { ...create, environment: 'prod' }, '/environment'],
    ['an array as the body', [create], ''],
    ['a string as the body', 'x', ''],
    ['null as the body', null, ''],
  ])('answers 400 and points at the field for %s', async (_, body, pointer) => {
    const { send, dump } = open()
    const before = await dump()
    const answer = await send('POST /', { raw: JSON.stringify(body) })
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer }] } })
    expect(await dump()).toBe(before)
  })

  const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'))
  it.each<[string, number, string | Uint8Array<ArrayBuffer>, string]>([
    ['a duplicate name', 400, '{"name":"a","name":"b"}', 'malformed_body'],
    ['a duplicate name, once escaped', 400, '{"name":"a","n\\u0061me":"b"}', 'malformed_body'],
    ['a duplicate name in a nested object', 400, '{"name":"a","resources":{"x":[{"y":1,"y":2}]}}', 'malformed_body'],
    ['__proto__', 400, '{"name":"a","__proto__":{"for":"organization"}}', 'malformed_body'],
    ['__proto__ in a nested object', 400, '{"name":"a","resources":{"__proto__":{}}}', 'malformed_body'],
    ['the name constructor', 400, '{"name":"a","constructor":{"prototype":{"x":1}}}', 'invalid_input'],
    ['a comment', 400, '{"name":"a"/**/}', 'malformed_body'],
    ['a trailing comma', 400, '{"name":"a",}', 'malformed_body'],
    ['single quotes', 400, "{'name':'a'}", 'malformed_body'],
    ['two values', 400, '{"name":"a"}{"name":"b"}', 'malformed_body'],
    ['NaN', 400, '{"name":"a","resources":{"x":NaN}}', 'malformed_body'],
    ['a number that overflows', 400, '{"name":"a","resources":{"x":1e999}}', 'invalid_input'],
    ['a lone surrogate', 400, '{"name":"a","resources":{"x":"\\ud800"}}', 'invalid_input'],
    ['a byte order mark', 201, '\ufeff{"name":"a"}', ''],
    ['invalid UTF-8', 400, bytes('{"name":"\xff\xfe"}'), 'malformed_body'],
    ['an overlong UTF-8 sequence', 400, bytes('{"name":"\xc0\xaf"}'), 'malformed_body'],
    ['65536 bytes', 201, `{"name":"a"}${' '.repeat(65_524)}`, ''],
    ['65537 bytes', 413, `{"name":"a"}${' '.repeat(65_525)}`, 'body_too_large'],
    [
      'an array nested 30000 deep',
      400,
      `{"name":"a","resources":{"x":${'['.repeat(30_000)}${']'.repeat(30_000)}}}`,
      '',
    ],
  ])('%s: answers %i', async (_, status, raw, code) => {
    const { send } = open()
    const answer = await send('POST /', { raw })
    expect(answer.status, answer.text).toBe(status)
    if (code !== '') expect(answer.body).toMatchObject({ code })
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false)
  })

  it.each([
    ['text/plain', 415],
    ['application/jsonp', 415],
    ['application/json; charset=utf-16', 415],
    ['application/json, text/plain', 415],
    ['application/json; charset=UTF-8', 201],
    ['APPLICATION/JSON', 201],
    ['application/json;charset="utf-8"', 201],
  ])('Content-Type %s: answers %i', async (type, status) => {
    const { send } = open()
    expect((await send('POST /', { raw: '{"name":"a"}', headers: { 'Content-Type': type } })).status).toBe(status)
  })

  it('answers 415 without a Content-Type', async () => {
    const { send } = open()
    const answer = await send('POST /', {
      raw: new Uint8Array(Buffer.from('{"name":"a"}')),
      headers: { 'Content-Type': '' },
    })
    expect(answer.status).toBe(415)
  })

  it('answers every wrong request with a problem+json that no cache keeps and that repeats no token (HTTP-8, HTTP-10)', async () => {
    const { send, create: make, answers, people, org } = open()
    people[org] = { ...people[org], zoe: everything }
    const { token } = await make()
    const sends = [
      send(`GET /${encodeURIComponent(token)}`),
      send(`GET /?cursor=${token}`),
      send(`GET /?${token}=1`),
      send('POST /', { body: { name: 'x', scopes: [token] } }),
      send('POST /', { body: { name: 'x', environment: token } }),
      send('POST /', { body: { name: 'x', preset: token } }),
      send('POST /', { body: { name: 'x', ip_allow_list: [token] } }),
      send('POST /', { body: { name: 'x', copy_from: token } }),
      send('POST /', { body: { name: 'x', [token]: 1 } }),
      send('POST /', { body: { name: 'x', resources: { [token]: { mode: 'all', level: 'read' } } } }),
      send('POST /', { body: { name: 'x', resources: { board: { mode: 'specific', levels: { [token]: 'x' } } } } }),
      send('POST /', { raw: `{"name":"x",${token}` }),
      send('PUT /x'),
      send('GET /x/y/z'),
    ]
    for (const { status, headers, body, text } of await Promise.all(sends)) {
      expect(headers.get('content-type')).toBe('application/problem+json')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(body).toMatchObject({
        type: `urn:keywright:problem:${body.code}`,
        status,
        title: expect.any(String),
        detail: expect.any(String),
      })
      expect(text).not.toContain(token.slice(21, 53))
    }
    expect(answers.every(({ headers }) => headers.get('cache-control') === 'no-store')).toBe(true)
  })
})
