import { InvalidOptions } from '@keywright/core'
import { describe, expect, it } from 'vitest'
import { managementApi } from '../src/index.js'
import { ofMany, ofOneKey, open } from './setup.js'

const lost = (field: string) =>
  `Option ${field} must not be undefined: leave it out to say nothing, so that a value that got lost is noticed.`

describe('managementApi', () => {
  it.each<[string, object]>([
    ['Unknown option permission. Did you mean permissions?', { permission: { manageAll: 'members.invite' } }],
    ['Unknown option origin. Did you mean origins?', { origin: ['https://app.example.com'] }],
    ['Unknown option permissions.reed. Did you mean permissions.read?', { permissions: { reed: 'members.read' } }],
    [
      'Unknown option permissions.manage_all. Did you mean permissions.manageAll?',
      { permissions: { manage_all: 'anyone' } },
    ],
    ['Unknown option resources.bord. Did you mean resources.board?', { resources: { bord: async () => [] } }],
    ['Option resources.board must be a function.', { resources: { board: [] } }],
    [
      'Option permissions must be an object with some of: read, create, revoke, manageAll, reveal, auditRead, auditExport, webhooksRead, webhooksManage.',
      { permissions: 'anyone' },
    ],
    [lost('permissions'), { permissions: undefined }],
    [lost('permissions.manageAll'), { permissions: { manageAll: undefined } }],
  ])('throws InvalidOptions for a misspelt or lost option: %s', (message, options) => {
    const { keyring } = open()
    const make = () => managementApi(keyring, { authenticate: () => null, organization: () => null, ...options })
    expect(make).toThrow(InvalidOptions)
    expect(make).toThrow(expect.objectContaining({ message }))
  })
})

describe('an answer of authenticate', () => {
  const actor = { type: 'user', id: 'ada' }
  const authority = { scopes: ['*'] }
  it.each<[string, object]>([
    ['Unknown option authenticate.ambiant. Did you mean authenticate.ambient?', { actor, authority, ambiant: false }],
    [
      'Unknown option authenticate.authority.role. Did you mean authenticate.authority.roles?',
      { actor, authority: { ...authority, role: ['planner'] } },
    ],
    [
      'Unknown option authenticate.authority.scope. Did you mean authenticate.authority.scopes?',
      { actor, authority: { scope: ['*'] } },
    ],
    [
      'Unknown option authenticate.actor.tokn. Did you mean authenticate.actor.token?',
      { actor: { type: 'key', id: 'x', tokn: 'previous' }, authority },
    ],
    [
      "Option authenticate must be a function that returns the token of a key as 'current', 'previous' or 'delegate'.",
      { actor: { type: 'key', id: 'x', token: 'new' }, authority },
    ],
  ])('with an unknown field is the host’s fault: 503, and nothing is done: %s', async (message, caller) => {
    const errors: unknown[] = []
    const authenticate = () => caller as never // JavaScript may return this
    const { send, dump } = open({ api: { authenticate, onError: (error) => errors.push(error) } })
    const before = await dump()
    for (const [request, body] of ofMany) expect((await send(request, { body })).status, request).toBe(503)
    expect(errors).toHaveLength(ofMany.length)
    expect(errors[0]).toMatchObject({ cause: { code: 'invalid_options', message } })
    expect(await dump()).toBe(before)
  })

  it('with levels, as resolveOwner returns them, is taken', async () => {
    const authenticate = () => ({
      actor: { type: 'user' as const, id: 'ada' },
      authority: { ...authority, levels: {} },
    })
    const { send } = open({ api: { authenticate } })
    expect((await send('GET /')).status).toBe(200)
  })
})

describe('a request body', () => {
  const changing = [...ofMany, ...ofOneKey].filter(([request]) => !/^(?:GET|DELETE)/.test(request))
  it.each(changing)('of %s with a misspelt field: 400 that names it, and nothing is done', async (request, body) => {
    const { create, send, dump } = open({ api: { assertFresh: () => true } })
    const { id } = await create()
    const before = await dump()
    const answer = await send(request.replace(':id', id), { as: 'ada', body: { ...body, scope: ['members.read'] } })
    expect(answer).toMatchObject({
      status: 400,
      body: {
        errors: [{ pointer: '/scope', code: 'unknown' }],
        detail: 'This request does not take the field `/scope`. Leave it out.',
      },
    })
    expect(await dump()).toBe(before)
  })

  it.each([
    ['/resources/board/levels', { resources: { board: { mode: 'all', level: 'read', levels: { b1: 'edit' } } } }],
    ['/resources/board/ids', { resources: { board: { mode: 'specific', levels: {}, ids: ['b1'] } } }],
    ['/rate_limits/0/windowMs', { rate_limits: [{ limit: 1, window_ms: 1_000, windowMs: 1_000 }] }],
  ])('with a misspelt field in %s: 400 that points at it, and nothing is done', async (pointer, settings) => {
    const { create, send, dump } = open()
    const { id } = await create()
    const before = await dump()
    for (const [request, body] of [
      ['POST /', { name: 'ci', ...settings }],
      [`PATCH /${id}`, settings],
    ] as const) {
      expect(await send(request, { body })).toMatchObject({ status: 400, body: { errors: [{ pointer }] } })
    }
    expect(await dump()).toBe(before)
  })
})
