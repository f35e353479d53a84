import { describe, expect, it } from 'vitest'
import { open, ownKeys } from './setup.js'

/** Names that the keyring has in TypeScript, and the API has not. */
const foreign = /graceMs|ipAllowList|rateLimits|windowMs|expiresAt|copyFrom|nextCursor|keyId|key\.id|\bDate\b/

describe('the errors of a refused request', () => {
  it('name all faulty fields of the body at once, in the order of the document, each with what was expected', async () => {
    const { send, dump } = open()
    const before = await dump()
    const answer = await send('POST /', {
      body: {
        nmae: 'x',
        description: 5,
        resources: { board: { mode: 'some', level: 'read' }, 'a/b~c': { mode: 'all', level: 1 } },
        expires_at: 'tomorrow',
        rate_limits: [{ limit: 1.5, window_ms: '1000' }, { limit: 1 }],
        for: 'you',
      },
    })
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
    expect(answer.body.errors).toEqual([
      { pointer: '/name', code: 'required', detail: expect.stringContaining('is required') },
      { pointer: '/description', code: 'type', detail: 'The field `/description` must be a string.' },
      { pointer: '/resources/board/mode', code: 'value', detail: expect.stringContaining('one of all, specific') },
      { pointer: '/resources/a~1b~0c/level', code: 'type', detail: expect.stringContaining('a string') },
      { pointer: '/expires_at', code: 'value', detail: expect.stringContaining('2030-01-01T00:00:00Z') },
      { pointer: '/rate_limits/0/limit', code: 'type', detail: expect.stringContaining('a whole number') },
      { pointer: '/rate_limits/0/window_ms', code: 'type', detail: expect.stringContaining('a whole number') },
      { pointer: '/rate_limits/1/window_ms', code: 'required', detail: expect.stringContaining('is required') },
      { pointer: '/for', code: 'value', detail: 'The field `/for` must be one of me, organization.' },
      { pointer: '/nmae', code: 'unknown', detail: 'This request does not take the field `/nmae`. Leave it out.' },
    ])
    expect(answer.body.detail).toBe('10 parts of this request are not valid; see `errors`.')
    expect(answer.body).not.toHaveProperty('field')
    expect(await dump()).toBe(before)
  })

  it('are at most 100, however much is wrong', async () => {
    const { send } = open()
    const body = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`x${at}`, 1]))
    const { status, body: answer } = await send('POST /', { body })
    expect([status, answer.errors.length]).toEqual([400, 100])
    expect(answer.detail).toBe('5001 parts of this request are not valid; see `errors`, which has the first 100.')
  })

  it('name parameters and fields of the body together', async () => {
    const { send, create } = open()
    const { id } = await create()
    const { status, body } = await send(`DELETE /${id}?permanent=1&x=2&x=3`, { body: {} })
    expect(status).toBe(400)
    expect(body.errors).toMatchObject([
      { parameter: 'x', code: 'repeated' },
      { parameter: 'permanent', code: 'value' },
      { parameter: 'x', code: 'unknown' },
      { pointer: '', code: 'unknown' },
    ])
    const { detail } = (await send(`DELETE /${id}`, { body: {} })).body
    expect(detail).toBe('This request does not take the body. Leave it out.')
  })

  it.each([
    ['a line break before what could be a token', `\n${'a'.repeat(45)}`, '/…'],
    ['a tilde before what could be a token', `~${'a'.repeat(40)}`, `/~0${'a'.repeat(40)}`],
    ['marks that turn the text around', 'a\u202eb', '/ab'],
  ])('are JSON, and clean, where the client sends %s as a name', async (_, name, pointer) => {
    const { send } = open()
    const answer = await send('POST /', { body: { name: 'x', [name]: 1 } })
    expect(JSON.parse(answer.text)).toMatchObject({ status: 400, errors: [{ pointer, code: 'unknown' }] })
    const asked = await send(`GET /?${encodeURIComponent(name)}=1`)
    expect(JSON.parse(asked.text)).toMatchObject({ status: 400, errors: [{ code: 'unknown' }] })
  })

  it('name ten of the rights that the caller lacks, and have them all', async () => {
    const { send } = open({ resolveOwner: () => ({ scopes: ['*'], levels: () => 'read' }) })
    const ids = Array.from({ length: 50 }, (_, at) => `b${at}`)
    const resources = { board: { mode: 'specific', levels: Object.fromEntries(ids.map((id) => [id, 'edit'])) } }
    const { status, body } = await send('POST /', { body: { name: 'x', resources } })
    expect([status, body.exceeding.length]).toEqual([403, 50])
    expect(body.detail).toMatch(/, and 40 more\. Ask for less\.$/)
  })

  it.each<[string, string, object, object | undefined]>([
    [
      'a resource type that is no name',
      'POST /',
      { pointer: '/resources', code: 'unknown_name' },
      { resources: { 'my board': { mode: 'all', level: 'read' } } },
    ],
    [
      'a scope that is not in the catalog',
      'POST /',
      { pointer: '/scopes/1', code: 'unknown_name' },
      { scopes: ['members.read', 'members.raed'] },
    ],
    ['a scope of a resource', 'POST /', { pointer: '/scopes/0' }, { scopes: ['tasks.read'] }],
    ['a role that is not in the catalog', 'POST /', { pointer: '/roles/0', code: 'unknown_name' }, { roles: ['king'] }],
    ['a preset that is not in the catalog', 'POST /', { pointer: '/preset', code: 'unknown_name' }, { preset: 'all' }],
    [
      'a resource type that is not in the catalog',
      'POST /',
      { pointer: '/resources/bord', code: 'unknown_name' },
      { resources: { bord: { mode: 'all', level: 'read' } } },
    ],
    [
      'a level that is not in the catalog',
      'POST /',
      { pointer: '/resources/board/level' },
      { resources: { board: { mode: 'all', level: 'raed' } } },
    ],
    [
      'a level of one resource',
      'POST /',
      { pointer: '/resources/board/levels/b.1~1"x' },
      { resources: { board: { mode: 'specific', levels: { 'b.1/"x': 'raed' } } } },
    ],
    ['an expiry before 1970', 'POST /', { pointer: '/expires_at' }, { expires_at: '1960-01-01T00:00:00Z' }],
    [
      'two limits with one window',
      'POST /',
      { pointer: '/rate_limits' },
      { rate_limits: [1, 2].map((limit) => ({ limit, window_ms: 1_000 })) },
    ],
    [
      'a window that is not of whole seconds',
      'POST /',
      { pointer: '/rate_limits/0/window_ms' },
      { rate_limits: [{ limit: 1, window_ms: 1_500 }] },
    ],
    ['no rate limit', 'POST /', { pointer: '/rate_limits' }, { rate_limits: [] }],
    ['more scopes than one has', 'POST /', { pointer: '/scopes', code: 'exceeds' }, { scopes: ['billing.manage'] }],
    ['too long a grace', 'POST /:id/rotate', { pointer: '/grace_ms' }, { grace_ms: 604_800_001 }],
    ['too long a reason', 'POST /:id/revoke', { pointer: '/reason' }, { reason: 'x'.repeat(201) }],
    ['a cursor of nothing', 'GET /?cursor=x', { parameter: 'cursor' }, undefined],
    ['a year in which there were no keys', 'GET /audit?from=1960-01-01T00:00:00Z', { parameter: 'from' }, undefined],
    ['an actor that nobody can be', 'GET /audit?actor_type=user&actor_id=%20', { parameter: 'actor_id' }, undefined],
    [
      'a creator that nobody can be',
      'GET /?created_by_type=user&created_by_id=%20',
      { parameter: 'created_by_id' },
      undefined,
    ],
    ['a span that is too long', 'GET /usage?from=2020-01-01T00:00:00Z', { parameter: 'from' }, undefined],
  ])('say in the words of the API where %s is', async (_, request, error, settings) => {
    const { send, create, people, org } = open()
    people[org] = { ...people[org], mia: [...ownKeys, 'audit.read', 'api_keys.manage_all'] }
    const { id } = await create()
    const body = request === 'POST /' ? { name: 'x', ...settings } : settings
    const answer = await send(request.replace(':id', id), { body })
    expect([400, 403], answer.text).toContain(answer.status)
    expect(answer.body.errors, answer.text).toMatchObject([error])
    expect(answer.body.detail).toBe(answer.body.errors[0].detail)
    expect(answer.text).not.toMatch(foreign)
    expect(answer.body.detail).not.toContain('OpenAPI document')
  })
})
