import { createGate } from '@keywright/core'
import { describe, expect, it } from 'vitest'
import { everything, ofMany, ofOneKey, open, ownKeys, testSealer } from './setup.js'

/** Each attack of the record, sent to the mounted handler, or to the gate where it was about the way a key is sent (TEST-7). */
describe('a published attack', () => {
  it('CVE-2025-61928: a user id in the body creates or changes no key of that user', async () => {
    const { create, send, dump } = open()
    const { id } = await create()
    const before = await dump()
    const claims = {
      userId: 'mia',
      user_id: 'mia',
      owner: { type: 'user', id: 'mia' },
      permissions: { '*': ['*'] },
      rateLimitMax: 1e9,
    }
    for (const [field, value] of Object.entries(claims)) {
      for (const [request, body] of [
        ['POST /', { name: 'x' }],
        [`PATCH /${id}`, { name: 'x' }],
        [`POST /${id}/rotate`, {}],
      ] as const) {
        const sent = { body: { ...body, keyId: id, [field]: value } }
        expect((await send(request, { ...sent, as: null })).status).toBe(401)
        // Not with a session of one's own, either.
        expect((await send(request, { ...sent, as: 'max' })).status).toBe(400)
      }
    }
    expect(await dump()).toBe(before)
  })

  const sendings = (token: string): [string, [string, string][], string][] => [
    ['as a bearer token', [['Authorization', `Bearer ${token}`]], '/tasks'],
    ['as a bearer token in lower case', [['authorization', `bearer ${token}`]], '/tasks'],
    ['as X-API-Key', [['X-API-Key', token]], '/tasks'],
    ['as x-api-key', [['x-api-key', token]], '/tasks'],
    ['as the password of Basic', [['Authorization', `Basic ${btoa(`x:${token}`)}`]], '/tasks'],
    ['as the user of Basic', [['Authorization', `Basic ${btoa(`${token}:`)}`]], '/tasks'],
    ['as a token', [['Authorization', `token ${token}`]], '/tasks'],
    ['in the address', [], `/tasks?access_token=${token}`],
    [
      'twice',
      [
        ['Authorization', `Bearer ${token}`],
        ['X-API-Key', token],
      ],
      '/tasks',
    ],
  ]

  it.each([
    'CVE-2026-45339: Authorization against x-api-key',
    'CVE-2026-28744: Bearer against Basic',
    'CVE-2026-28699: Basic and a scope that is not looked at',
  ])('%s: a key without the scope is refused, however it is sent', async () => {
    const { create, keyring } = open()
    const weak = await create('mia', { name: 'weak', scopes: ['members.read'] })
    const strong = await create('mia', { name: 'strong', scopes: ['members.*'] })
    const gate = createGate(keyring, { scopes: ['members.invite'] })
    const passed = async (token: string) => {
      const names: string[] = []
      for (const [name, fields, url] of sendings(token)) {
        const verdict = await gate({ fields, url }, { fields, url })
        if (verdict.ok) names.push(name)
      }
      return names
    }
    expect(await passed(weak.token)).toEqual([])
    expect(await passed(strong.token)).toEqual([
      'as a bearer token',
      'as a bearer token in lower case',
      'as X-API-Key',
      'as x-api-key',
    ])
  })

  it('CVE-2026-56216: a limited key cannot create a key without its limits, neither left out nor emptied', async () => {
    const { create, send, keyring, dump } = open({ allowKeyManagement: true, api: { allowKeys: true } })
    const limits = {
      scopes: ['api_keys.create', 'api_keys.read', 'members.read'],
      resources: { board: { mode: 'specific', levels: { b1: 'read' } } },
      expires_at: '2090-01-01T00:00:00Z',
      ip_allow_list: ['10.0.0.0/8'],
      rate_limits: [{ limit: 5, window_ms: 1_000 }],
    }
    const parent = await create('ada', { name: 'parent', ...limits })
    const as = `key:${parent.id}`
    const before = await dump()
    for (const loosened of [
      { expires_at: null },
      { expires_at: undefined },
      { expires_at: '2091-01-01T00:00:00Z' },
      { ip_allow_list: null },
      { ip_allow_list: undefined },
      { ip_allow_list: ['0.0.0.0/0'] },
      { rate_limits: null },
      { rate_limits: undefined },
      { rate_limits: [] },
      { resources: { board: { mode: 'all', level: 'read' } } },
      { resources: { board: { mode: 'specific', levels: { b1: 'edit' } } } },
      { resources: { board: { mode: 'specific', levels: { b2: 'read' } } } },
      { scopes: ['*'] },
      { scopes: [], preset: 'people' },
    ]) {
      const made = await send('POST /', { as, body: { name: 'child', ...limits, ...loosened } })
      expect([400, 403], JSON.stringify(loosened)).toContain(made.status)
      const isGiven = Object.values(loosened).every((value) => value !== undefined)
      if (isGiven) expect([400, 403]).toContain((await send(`PATCH /${parent.id}`, { as, body: loosened })).status)
    }
    expect(await dump()).toBe(before)
    // An empty list gives nothing, and not everything.
    const empty = { ...limits, scopes: [], resources: {} }
    const child = await send('POST /', { as, body: { name: 'child', ...empty } })
    expect(child.status).toBe(201)
    const verdict = await keyring.verify(child.body.token, { ip: '10.0.0.1' })
    expect(verdict.ok && verdict.principal.scopes).toEqual([])
  })

  it('CVE-2026-56225: a limited key cannot read or change its sibling keys', async () => {
    const { create, send, dump } = open({ reveal: testSealer, allowKeyManagement: true, api: { allowKeys: true } })
    const limited = await create('mia', { name: 'limited', scopes: ownKeys })
    const sibling = await create('mia', { name: 'sibling', scopes: ownKeys })
    const as = `key:${limited.id}`
    const before = await dump()
    for (const [request, body] of ofOneKey) {
      expect((await send(request.replace(':id', sibling.id), { as, body })).status, request).toBe(404)
    }
    // What it created itself, which is nothing.
    const listed = await send('GET /', { as })
    expect([listed.status, listed.body.data]).toEqual([200, []])
    for (const owner of ['organization', 'all']) expect((await send(`GET /?owner=${owner}`, { as })).status).toBe(403)
    expect(await dump()).toBe(before)
  })

  it('CVE-2026-21621: a key that may only read cannot get a better key or token', async () => {
    const { create, send, dump, keyring } = open({
      reveal: testSealer,
      allowKeyManagement: true,
      api: { allowKeys: true },
    })
    const { id, token } = await create('ada', { name: 'reader', scopes: ['api_keys.read', 'members.read'] })
    const as = `key:${id}`
    const before = await dump()
    for (const [request, body] of [...ofMany, ...ofOneKey]) {
      const answer = await send(request.replace(':id', id), { as, body })
      if (answer.status >= 300) continue
      expect(request).toMatch(/^GET /)
      expect(answer.text).not.toContain('"token"')
    }
    expect(await dump()).toBe(before)
    const verdict = await keyring.verify(token)
    expect(verdict.ok && verdict.principal.scopes).toEqual(['api_keys.read', 'members.read'])
    // A key that may create keys cannot give them more than its own rights.
    const maker = await create('ada', { name: 'maker', scopes: ['api_keys.create'] })
    for (const scopes of [everything, ['members.read'], ['api_keys.read']]) {
      expect((await send('POST /', { as: `key:${maker.id}`, body: { name: 'x', scopes } })).status).toBe(403)
      expect((await send(`PATCH /${maker.id}`, { as: `key:${maker.id}`, body: { scopes } })).status).toBe(403)
    }
  })
})
