import type { RateLimiter } from '@keywright/core'
import { describe, expect, it } from 'vitest'
import { everything, ofMany, ofOneKey, open, testSealer } from './setup.js'
import { openStores } from './stores.js'

describe.each(await openStores())('the management API over %s', (_, store) => {
  const revealLimiter: RateLimiter = { take: async () => ({ admitted: true, states: [], degraded: false }) }
  const product = () => open({ store, reveal: testSealer, api: { revealLimiter } })
  const ofKey = (request: string, id: string) => request.replace(':id', id)

  it('shows the metadata of the host, and neither sets nor changes it (MGMT-10)', async () => {
    const { keyring, send, create } = product()
    const { id } = await create()
    await keyring.update(id, { metadata: { team: 'ops' } })
    expect((await send(`GET /${id}`)).body).toMatchObject({ metadata: { team: 'ops' } })
    for (const [request, body] of [
      ['POST /', { name: 'ci', metadata: { team: 'dev' } }],
      [`PATCH /${id}`, { metadata: {} }],
    ] as const) {
      expect(await send(request, { body })).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
    }
    expect((await keyring.get(id))?.metadata).toEqual({ team: 'ops' })
  })

  it('creates, reads, changes, disables, enables, rotates, reveals, revokes and deletes a key', async () => {
    const { keyring, org, send } = product()
    const created = await send('POST /', {
      body: {
        name: 'ci-pipeline',
        description: 'builds',
        scopes: ['members.read'],
        resources: { board: { mode: 'specific', levels: { b1: 'read' } } },
        expires_at: '2090-01-01T00:00:00+01:00',
        ip_allow_list: ['203.0.113.0/24'],
        rate_limits: [{ limit: 5, window_ms: 1_000 }],
        environment: 'live',
      },
    })
    expect(created).toMatchObject({
      status: 201,
      body: {
        name: 'ci-pipeline',
        status: 'active',
        owner: { type: 'user', id: 'mia', organization_id: org },
        created_by: { type: 'user', id: 'mia' },
        scopes: ['members.read'],
        resources: { board: { mode: 'specific', levels: { b1: 'read' } } },
        expires_at: '2089-12-31T23:00:00.000Z',
        rate_limits: [{ limit: 5, window_ms: 1_000 }],
        tags: [],
        metadata: {},
        preview: expect.stringMatching(/^tk_live_.{4}…$/),
        last_used_at: null,
        revealable: true,
      },
    })
    const { token, ...key } = created.body
    const { id } = key
    const ip = '203.0.113.9'
    expect(await keyring.verify(token, { ip })).toMatchObject({ ok: true })
    expect((await send(`GET /${id}`)).body).toEqual(key)
    expect((await send('GET /')).body).toEqual({ data: [key], next_cursor: null })

    const changes = { name: 'ci', preset: 'people', roles: ['planner'], expires_at: null, ip_allow_list: null }
    const changed = await send(`PATCH /${id}`, { body: changes })
    expect(changed.body).toMatchObject({
      ...changes,
      scopes: ['members.read', 'members.invite'],
      description: 'builds',
    })
    expect((await send(`PATCH /${id}`, { body: { resources: {}, rate_limits: null } })).body).toMatchObject({
      name: 'ci',
      resources: {},
      rate_limits: null,
    })

    expect((await send(`POST /${id}/disable`)).body).toMatchObject({ status: 'disabled' })
    expect(await keyring.verify(token)).toMatchObject({ ok: false })
    expect((await send(`POST /${id}/enable`)).body).toMatchObject({ status: 'active', disabled_at: null })

    const rotated = await send(`POST /${id}/rotate`, { body: { grace_ms: 60_000 } })
    expect(rotated).toMatchObject({ status: 200, body: { id, previous_token_expires_at: expect.any(String) } })
    for (const each of [token, rotated.body.token]) expect(await keyring.verify(each)).toMatchObject({ ok: true })

    const revealed = await send(`POST /${id}/reveal`, { as: 'ada' })
    expect(revealed).toMatchObject({ status: 200, body: { id, token: rotated.body.token } })

    expect((await send(`POST /${id}/revoke`, { body: { reason: 'left' } })).body).toMatchObject({
      status: 'revoked',
      revoked_reason: 'left',
      revealable: false,
    })
    expect(await send(`DELETE /${id}`)).toMatchObject({ status: 204, text: '' }) // a second time, too
    expect((await send(`GET /${id}`)).body).toMatchObject({ status: 'revoked', revoked_reason: 'left' })
    expect(await send(`POST /${id}/enable`)).toMatchObject({ status: 409, body: { key_status: 'revoked' } })
    expect((await send(`DELETE /${id}?permanent=true`)).status).toBe(204)
    expect((await send(`GET /${id}`)).status).toBe(404)
  })

  it('DELETE revokes a key, and deletes it only with permanent=true', async () => {
    const { create, send } = product()
    const { id } = await create()
    expect((await send(`DELETE /${id}?permanent=false`)).status).toBe(204)
    expect((await send(`GET /${id}`)).body).toMatchObject({ status: 'revoked' })
  })

  it('creates a key like another, for the caller or for the organisation', async () => {
    const { create, org, send } = product()
    const { id } = await create('mia', { name: 'one', scopes: ['members.read'] })
    const mine = await create('mia', { name: 'two', copy_from: id })
    expect(mine.body).toMatchObject({ name: 'two', scopes: ['members.read'], owner: { id: 'mia' } })
    const shared = await create('ada', { name: 'three', copy_from: id, for: 'organization' })
    expect(shared.body).toMatchObject({ scopes: ['members.read'], owner: { type: 'organization', id: org } })
    expect(await send('POST /', { body: { name: 'x', for: 'organization' } })).toMatchObject({
      status: 403,
      body: { missing: ['api_keys.manage_all'] },
    })
  })

  it('lists keys page by page, by owner and by status, while others are created', async () => {
    const { create, send } = product()
    for (const name of ['a', 'b', 'c']) await create('mia', { name })
    const { id } = await create('max', { name: 'd' })
    await create('ada', { name: 'e', for: 'organization' })
    await send(`POST /${id}/disable`, { as: 'max' })

    const seen: string[] = []
    let path = '/?limit=2'
    for (let page = 0; page < 9 && path !== ''; page += 1) {
      const { body, headers } = await send(`GET ${path}`, { as: 'ada' })
      seen.push(...body.data.map(({ name }: { name: string }) => name))
      await create('ada', { name: `new ${page}` })
      const link = headers.get('link')
      expect(link === null).toBe(body.next_cursor === null)
      path = /^<\/api\/api-keys([^>]+)>; rel="next"$/.exec(link ?? '')?.[1] ?? ''
    }
    expect(seen.sort()).toEqual(['a', 'b', 'c', 'd', 'e'])

    const names = async (query: string, as = 'ada') =>
      (await send(`GET /?${query}`, { as })).body.data.map(({ name }: { name: string }) => name).sort()
    expect(await names('owner=organization')).toEqual(['e'])
    expect(await names('owner=me', 'mia')).toEqual(['a', 'b', 'c'])
    expect(await names('', 'mia')).toEqual(['a', 'b', 'c'])
    expect(await names('status=disabled')).toEqual(['d'])
    expect((await send('GET /?owner=all')).status).toBe(403)
    for (const query of [
      'limit=0',
      'limit=101',
      'limit=x',
      'cursor=x',
      'cursor=MTIz',
      'status=deleted',
      'x=1',
      'limit=1&limit=2',
    ]) {
      expect(await send(`GET /?${query}`), query).toMatchObject({
        status: 400,
        body: { errors: [{ parameter: query.split('=')[0] }] },
      })
    }
  })

  it('answers with statistics, usage and the catalog', async () => {
    const { create, keyring, send } = product()
    const { id, token } = await create()
    await create('max')
    await keyring.verify(token)
    const stats = { total_created: 2, active: 2, disabled: 0, revoked: 0, expired: 0, calls_last_24h: 1 }
    expect((await send('GET /stats', { as: 'ada' })).body).toMatchObject(stats)
    const used = async (query: string, as = 'mia') =>
      (await send(`GET /usage?${query}`, { as })).body.data.reduce(
        (sum: number, hour: { count: number }) => sum + hour.count,
        0,
      )
    expect(await used(`key_id=${id}`)).toBe(1)
    expect(await used('', 'ada')).toBe(1)
    expect((await send(`GET /usage?key_id=${id}`, { as: 'max' })).status).toBe(404)
    expect((await send('GET /usage')).status).toBe(403)
    expect((await send('GET /usage?from=2020-01-01T00:00:00Z', { as: 'ada' })).body).toMatchObject({
      errors: [{ parameter: 'from' }],
    })

    const { body } = await send('GET /catalog')
    expect(body).toMatchObject({
      environments: ['live', 'test'],
      environment: 'live',
      plan: { max_keys: 'unlimited', used: 2 },
      permissions: { read: true, create: true, revoke: true, manage_all: false, reveal: false, audit_read: false },
    })
    expect(body.scopes).toContainEqual({
      name: 'billing.manage',
      description: 'Spend money',
      sensitive: true,
      grantable: false,
    })
  })

  it('counts for a reader the keys that they may list, and no others (MGMT-11)', async () => {
    const { create, keyring, send, people, org } = open({ store, allowKeyManagement: true, api: { allowKeys: true } })
    const made = [await create('mia'), await create('mia'), await create('max'), await create('max')] as const
    await create('ada', { name: 'shared', for: 'organization' })
    await send(`POST /${made[1].id}/disable`)
    await send(`DELETE /${made[3].id}`, { as: 'max' })
    for (const { token } of made) await keyring.verify(token)
    await keyring.verify(made[2].token)
    const counts = async (as: string) => (await send('GET /stats', { as })).body
    const none = {
      total_created: 0,
      active: 0,
      disabled: 0,
      expired: 0,
      revoked: 0,
      calls_last_24h: 0,
      last_call_at: null,
    }
    const called = { last_call_at: expect.any(String) }
    expect(await counts('mia')).toEqual({
      ...none,
      ...called,
      total_created: 2,
      active: 1,
      disabled: 1,
      calls_last_24h: 1,
    })
    expect(await counts('max')).toEqual({
      ...none,
      ...called,
      total_created: 2,
      active: 1,
      revoked: 1,
      calls_last_24h: 2,
    })
    people[org] = { ...people[org], new: ['api_keys.read'] }
    expect(await counts('new')).toEqual(none)
    const all = { ...none, ...called, total_created: 5, active: 3, disabled: 1, revoked: 1, calls_last_24h: 3 }
    expect(await counts('ada')).toEqual(all)
    for (const as of ['mia', 'max', 'new', 'ada']) {
      const listed: { status: string }[] = (await send('GET /', { as })).body.data
      const { active, disabled, revoked } = await counts(as)
      expect(listed.filter(({ status }) => status === 'active')).toHaveLength(active)
      expect(listed).toHaveLength(active + disabled + revoked)
    }

    // A key may not list the keys of its owner, unless it manages all.
    const [weak, strong] = [
      await create('ada', { name: 'weak', scopes: ['api_keys.read'] }),
      await create('ada', { name: 'strong', scopes: ['api_keys.read', 'api_keys.manage_all'] }),
    ]
    for (const request of ['GET /', 'GET /stats', 'GET /?owner=all']) {
      const refused = { status: 403, body: { missing: ['api_keys.manage_all'] } }
      expect(await send(request, { as: `key:${weak.id}` }), request).toMatchObject(refused)
    }
    expect(await counts(`key:${strong.id}`)).toMatchObject({ total_created: 7, active: 5 })
  })

  it('lists the audit log in pages and by filter, and records each export in it (AUD-9)', async () => {
    const auditKeys = { current: 'a1', keys: { a1: Buffer.alloc(32, 3) } }
    const { create, send } = open({ store, auditKeys, api: { clientIp: () => '203.0.113.7' } })
    const { id } = await create('mia', { name: '=1+1' })
    await send(`POST /${id}/disable`, { headers: { 'X-Request-Id': 'r-1', 'User-Agent': 'curl' } })
    const first = await send('GET /audit?limit=1', { as: 'ada' })
    expect(first.body.data).toMatchObject([
      {
        seq: 2,
        type: 'api_key.disabled',
        key_id: id,
        actor: { type: 'user', id: 'mia' },
        context: { request_id: 'r-1', ip: '203.0.113.7', user_agent: 'curl' },
        audit_key_id: 'a1',
      },
    ])
    const next = await send(`GET /audit?cursor=${first.body.next_cursor}`, { as: 'ada' })
    expect(next.body.data).toMatchObject([{ seq: 1, type: 'api_key.created' }])
    const found = async (query: string) => (await send(`GET /audit?${query}`, { as: 'ada' })).body.data.length
    expect(await found(`key_id=${id}&type=api_key.created`)).toBe(1)
    expect(await found('actor_type=user&actor_id=max')).toBe(0)
    expect(await found('from=2090-01-01T00:00:00Z')).toBe(0)
    expect((await send('GET /audit?actor_type=user', { as: 'ada' })).body).toMatchObject({
      errors: [{ parameter: 'actor_id', code: 'required' }],
    })
    expect((await send('GET /audit?actor_id=%00&actor_type=user', { as: 'ada' })).status).toBe(400)

    const csv = await send('GET /audit/export?format=csv', { as: 'ada' })
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(csv.headers.get('content-disposition')).toBe('attachment; filename="audit.csv"')
    expect(csv.text.split('\r\n')).toHaveLength(5)
    const lines = (await send('GET /audit/export', { as: 'ada' })).text.trim().split('\n')
    expect(lines.map((line) => JSON.parse(line).type)).toEqual([
      'api_key.created',
      'api_key.disabled',
      'audit.exported',
      'audit.exported',
    ])
  })

  it('answers 409 with limit and used at the limit of the plan, even for concurrent requests (LIM-2)', async () => {
    const { send } = open({ store, plans: { free: { maxKeys: 3 } }, resolvePlan: () => 'free' })
    const answers = await Promise.all(Array.from({ length: 12 }, () => send('POST /', { body: { name: 'x' } })))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3)
    for (const { status, body } of answers.filter(({ status }) => status !== 201)) {
      expect([status, body]).toMatchObject([409, { code: 'plan_limit_reached', limit: 3, used: 3 }])
    }
    expect((await send('GET /catalog')).body.plan).toEqual({ max_keys: 3, used: 3 })
  })

  it.each(ofOneKey)(
    '%s answers for a key out of reach exactly as for an unknown key, and does not change it (MGMT-5, HTTP-20)',
    async (request, body, scope) => {
      const { create, send, people, org, other, dump } = product()
      // mia may do everything with her own keys; boss may do everything in this organisation.
      people[org] = { ...people[org], mia: [...(people[org]?.mia ?? []), 'api_keys.reveal'], boss: everything }
      const unknown = 'A'.repeat(12)
      const ofMax = await create('max')
      const ofOther = await send('POST /', { as: 'eve', body: { name: 'x' }, headers: { 'X-Organization': other } })
      const ofOrganization = await create('ada', { name: 'shared', for: 'organization' })
      const before = await dump()

      for (const [as, id] of [
        ['mia', ofMax.id],
        ['mia', ofOther.body.id],
        ['mia', ofOrganization.id],
        ['boss', ofOther.body.id],
      ] as const) {
        const [foreign, none] = [
          await send(ofKey(request, id), { as, body }),
          await send(ofKey(request, unknown), { as, body }),
        ]
        expect(foreign.status, `${as} ${scope}`).toBe(404)
        expect(foreign.text).toBe(none.text)
        expect([...foreign.headers]).toEqual([...none.headers])
      }
      expect(await dump()).toBe(before)
    },
  )

  it.each(ofOneKey)('%s answers 400 or 404 to an id that no key can have', async (request, body) => {
    const { send } = product()
    for (const id of ['%00', '__proto__', '%F0%9F%98%80', `${'x'.repeat(300)}`, '%2e%2e%2fstats', 'a%20']) {
      const { status } = await send(ofKey(request, id), { as: 'ada', body })
      expect([400, 404], id).toContain(status)
    }
  })

  it.each([...ofMany, ...ofOneKey])(
    '%s answers 403 and changes nothing in an organisation without the caller',
    async (request, body) => {
      const { create, send, other, dump } = product()
      const { id } = await create()
      const before = await dump()
      const answer = await send(ofKey(request, id), { as: 'mia', body, headers: { 'X-Organization': other } })
      expect(answer.status).toBe(403)
      expect(await dump()).toBe(before)
    },
  )
})
