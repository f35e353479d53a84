import { randomUUID } from 'node:crypto'
import { managementApi } from '@keywright/api'
import { createKeyring, defineAccess, hmacSha256, type Keyring, type KeyringOptions, sealer } from '@keywright/core'
import { kyselyStore } from '@keywright/kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openDatabases } from './support/databases.js'
import { type ProductAccess, productServers } from './support/product-servers.js'

const access = defineAccess({
  scopes: {
    'api_keys.read': 'View API keys',
    'api_keys.create': 'Create new keys',
    'api_keys.revoke': 'Revoke existing keys',
    'api_keys.manage_all': 'Manage keys created by other members',
    'api_keys.reveal': 'Show a token again',
    'audit.read': 'View audit log',
    'audit.export': 'Export audit data',
    'members.read': 'View team members',
    'members.invite': 'Invite new members',
    'organization.settings': 'Modify organization settings',
    'tasks.read': 'List boards, lanes and tasks',
    'tasks.move': 'Create, update, delete and move tasks',
  },
  presets: { 'read-only': ['*.read'] },
  roles: { inviter: ['members.invite'], planner: ['members.read'] },
  resources: { board: { levels: { read: ['tasks.read'], edit: ['tasks.read', 'tasks.move'] } } },
})
type Product = typeof access

const ownKeys = ['api_keys.read', 'api_keys.create', 'api_keys.revoke', 'members.*', 'tasks.*']

/** A person of a product: what they may do, and their level on each board. */
interface Person {
  readonly scopes: readonly string[]
  readonly boards?: Readonly<Record<string, string>>
}

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: what came over the wire
  readonly body: any
}

const databases = await openDatabases()

const products = databases.flatMap((database) =>
  Object.entries(productServers).map(([framework, serve]) => ({ ...database, framework, serve })),
)

describe.each(products)('the management API over HTTP, $framework and $name', ({ db, tablePrefix, serve }) => {
  /** A product: its own login by cookie, its management API, and routes behind its keys. */
  async function open(options: Partial<KeyringOptions<Product>> & { readonly onlySettings?: boolean } = {}) {
    const { onlySettings = false, ...keyringOptions } = options
    const org = `acme-${randomUUID()}`
    const people: Record<string, Person> = {
      ada: { scopes: ['*'], boards: { b1: 'edit', b2: 'edit' } },
      mia: { scopes: ownKeys, boards: { b1: 'edit', b2: 'read' } },
      max: { scopes: ownKeys },
    }
    const keyring = createKeyring({
      prefix: 'tk',
      environment: 'live',
      access,
      store: kyselyStore(db, { tablePrefix }),
      hasher: hmacSha256({ current: 'p1', peppers: { p1: 'a pepper of 32 bytes, for tests.' } }),
      resolveOwner: ({ type, id }) => {
        if (type === 'organization') return { scopes: ['*'], levels: () => 'edit' }
        const person = people[id]
        return person === undefined ? null : { ...person, levels: { board: person.boards ?? {} } }
      },
      usageFlushMs: 60_000,
      ...keyringOptions,
    })
    onTestFinished(() => keyring.close())
    const settings = 'organization.settings'
    const api = managementApi(keyring, {
      authenticate: (request) => {
        const id = /session=(\w+)/.exec(request.headers.get('cookie') ?? '')?.[1]
        const person = people[id ?? '']
        if (id === undefined || person === undefined) return null
        return { actor: { type: 'user', id }, authority: { scopes: person.scopes } }
      },
      organization: () => org,
      assertFresh: (request) => request.headers.get('x-password') === 'again',
      permissions: onlySettings
        ? { read: settings, create: settings, revoke: settings, manageAll: settings, auditRead: settings }
        : {},
    })

    const origin = await serve(api, keyring as unknown as Keyring<ProductAccess>, '/api/api-keys') // it has these scopes, and more

    const send = async (request: string, headers: Record<string, string>, body?: object): Promise<Answer> => {
      const [method = 'GET', path = '/'] = request.split(' ')
      const init = body === undefined ? {} : { body: JSON.stringify(body) }
      const type: Record<string, string> = body === undefined ? {} : { 'Content-Type': 'application/json' }
      const response = await fetch(`${origin}${path}`, { method, headers: { ...type, ...headers }, ...init })
      const text = await response.text()
      const isJson = /json$/.test(response.headers.get('content-type')?.split(';')[0] ?? '')
      return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : null }
    }
    /** Asks the management API, as a person. */
    const manage = (as: string, request: string, body?: object, headers: Record<string, string> = {}) =>
      send(request.replace(' ', ' /api/api-keys'), { Cookie: `session=${as}`, ...headers }, body)
    /** Uses a key: the status of the answer. */
    const use = async (token: string, request = 'GET /members') =>
      (await send(request, { Authorization: `Bearer ${token}` })).status
    const create = async (as: string, body: object) => {
      const answer = await manage(as, 'POST ', body)
      expect(answer.status, answer.text).toBe(201)
      return answer.body as { id: string; token: string; name: string; preview: string; created_at: string }
    }
    return { keyring, org, people, send, manage, use, create }
  }

  it('K7: the view of a key has its full scope set', async () => {
    const { create, manage } = await open()
    const { id } = await create('ada', { name: 'ci', preset: 'read-only', scopes: ['audit.export'] })
    expect((await manage('ada', `GET /${id}`)).body).toMatchObject({
      scopes: ['*.read', 'audit.export'],
      preset: 'read-only',
    })
  })

  it('K8: statistics count all keys ever created, active keys, the calls of 24 hours, and the last call', async () => {
    const { create, manage, use } = await open()
    const keys = [
      await create('ada', { name: 'a', scopes: ['members.read'] }),
      await create('mia', { name: 'b' }),
      await create('max', { name: 'c' }),
    ]
    for (let call = 0; call < 3; call += 1) expect(await use(keys[0]?.token ?? '')).toBe(200)
    await manage('ada', `DELETE /${keys[1]?.id}?permanent=true`)
    await manage('ada', `POST /${keys[2]?.id}/disable`)
    const { body } = await manage('ada', 'GET /stats')
    expect(body).toMatchObject({ total_created: 3, active: 1, disabled: 1, calls_last_24h: 3 })
    const ofMia = (await manage('mia', 'GET /stats')).body
    expect(ofMia).toMatchObject({ total_created: 1, active: 0, disabled: 0, calls_last_24h: 0, last_call_at: null })
    expect(Date.parse(body.last_call_at)).toBeGreaterThan(Date.now() - 60_000)
  })

  it.each([
    ['free', 3],
    ['developer', 10],
    ['pro', 20],
    ['enterprise', 'unlimited'],
  ] as const)('K9: the plan %s has room for %s keys, also in a race', async (plan, maxKeys) => {
    const plans = {
      free: { maxKeys: 3 },
      developer: { maxKeys: 10 },
      pro: { maxKeys: 20 },
      enterprise: { maxKeys: 'unlimited' },
    } as const
    const { manage } = await open({ plans, resolvePlan: () => plan })
    const answers = await Promise.all(Array.from({ length: 25 }, () => manage('ada', 'POST ', { name: 'x' })))
    const room = maxKeys === 'unlimited' ? 25 : maxKeys
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(room)
    for (const { status, body } of answers.filter(({ status }) => status !== 201)) {
      expect([status, body]).toMatchObject([409, { code: 'plan_limit_reached', limit: maxKeys, used: maxKeys }])
    }
    expect((await manage('ada', 'GET /catalog')).body.plan).toEqual({ max_keys: maxKeys, used: room })
  })

  it('K10: reading, creating and revoking need a scope each, and the keys of others need manage_all', async () => {
    const { create, manage, people } = await open()
    const mine = await create('mia', { name: 'mine' })
    const others = await create('max', { name: 'of max' })
    const asks = {
      'api_keys.read': ['GET ', undefined],
      'api_keys.create': ['POST ', { name: 'x' }],
      'api_keys.revoke': [`POST /${mine.id}/revoke`, undefined],
    } as const
    for (const [held] of Object.entries(asks)) {
      people.mia = { scopes: [held] }
      for (const [needed, [request, body]] of Object.entries(asks)) {
        const { status, body: said } = await manage('mia', request, body)
        if (held === needed) expect(status, request).toBeLessThan(300)
        else expect([status, said], request).toMatchObject([403, { missing: [needed] }])
      }
    }
    people.mia = { scopes: ownKeys }
    expect((await manage('mia', `POST /${others.id}/revoke`)).status).toBe(404)
    people.mia = { scopes: [...ownKeys, 'api_keys.manage_all'] }
    expect((await manage('mia', `POST /${others.id}/revoke`)).status).toBe(200)
  })

  it('K11: the audit log is read with audit.read and exported with audit.export', async () => {
    const { create, manage, people, keyring, org } = await open()
    const { id } = await create('mia', { name: 'ci' })
    await manage('mia', `PATCH /${id}`, { name: 'ci-2' })
    await manage('mia', `DELETE /${id}`)
    for (const [request, scope] of [
      ['GET /audit', 'audit.read'],
      ['GET /audit/export?format=csv', 'audit.export'],
    ] as const) {
      expect((await manage('mia', request)).body).toMatchObject({ missing: [scope] })
      people.mia = { scopes: [...ownKeys, scope] }
      const { status, text } = await manage('mia', request)
      expect(status).toBe(200)
      for (const type of ['api_key.created', 'api_key.renamed', 'api_key.revoked']) expect(text).toContain(type)
    }
    expect((await manage('ada', 'GET /audit?type=audit.exported')).body.data).toMatchObject([{ actor: { id: 'mia' } }])
    expect(await keyring.audit.verify({ organizationId: org })).toMatchObject({ ok: true })
  })

  it('O4: the list shows name, preview, roles and status, and the audit log shows the name', async () => {
    const { create, manage } = await open()
    const { id, token } = await create('ada', { name: 'build bot', for: 'organization', roles: ['planner'] })
    await manage('ada', `POST /${id}/disable`)
    const { data } = (await manage('ada', 'GET ?owner=organization')).body
    expect(data).toMatchObject([
      { name: 'build bot', preview: `${token.slice(0, 12)}…`, roles: ['planner'], status: 'disabled' },
    ])
    expect((await manage('ada', 'GET /audit?type=api_key.created')).body.data).toMatchObject([
      { data: { name: 'build bot' } },
    ])
  })

  it('O6: a key is replaced by a new one with its roles, in two calls or in one', async () => {
    const { create, manage, use } = await open()
    const old = await create('ada', { name: 'bot', for: 'organization', roles: ['planner'] })
    const next = await create('ada', { name: 'bot 2', for: 'organization', copy_from: old.id })
    expect((await manage('ada', `GET /${next.id}`)).body).toMatchObject({ roles: ['planner'] })
    await manage('ada', `POST /${old.id}/disable`)
    expect([await use(old.token), await use(next.token)]).toEqual([401, 200])

    const rotated = (await manage('ada', `POST /${next.id}/rotate`, { grace_ms: 60_000 })).body
    expect([rotated.id, rotated.roles]).toEqual([next.id, ['planner']])
    expect([await use(next.token), await use(rotated.token)]).toEqual([200, 200])
  })

  it('O8: only people with the permission for organisation settings manage keys', async () => {
    const { manage, create, people } = await open({ onlySettings: true })
    const { id } = await create('ada', { name: 'bot', for: 'organization' })
    for (const request of [
      'GET ',
      'POST ',
      `GET /${id}`,
      `POST /${id}/disable`,
      `POST /${id}/rotate`,
      `DELETE /${id}`,
      'GET /audit',
    ]) {
      const body = request === 'POST ' ? { name: 'x' } : undefined
      expect((await manage('mia', request, body)).body, request).toMatchObject({ missing: ['organization.settings'] })
    }
    people.mia = { scopes: ['organization.settings'] }
    expect((await manage('mia', `POST /${id}/disable`)).status).toBe(200)
  })

  it("A1: any member creates keys, which are the member's own", async () => {
    const { create, manage, org } = await open()
    for (const as of ['mia', 'max']) {
      await create(as, { name: `of ${as}` })
      const { data } = (await manage(as, 'GET ')).body
      expect(data).toMatchObject([{ name: `of ${as}`, owner: { type: 'user', id: as, organization_id: org } }])
    }
  })

  const allBoards = (level: string) => ({ resources: { board: { mode: 'all', level } } })
  const boards = (levels: object) => ({ resources: { board: { mode: 'specific', levels } } })
  const read = (board: string) => `GET /boards/${board}`
  const edit = (board: string) => `POST /boards/${board}/tasks`

  it("A2: a key for all boards grows and shrinks with its member's access", async () => {
    const { create, use, people } = await open()
    const { token } = await create('mia', { name: 'all', ...allBoards('edit') })
    expect([await use(token, edit('b1')), await use(token, read('b3'))]).toEqual([200, 403])
    people.mia = { scopes: ownKeys.filter((scope) => scope !== 'tasks.*'), boards: { b3: 'read' } }
    expect([await use(token, edit('b1')), await use(token, read('b3'))]).toEqual([403, 200])
  })

  it('A3: a key for certain boards has only these, each at its level, and none with an empty list', async () => {
    const { create, use } = await open()
    const { token } = await create('ada', { name: 'some', ...boards({ b1: 'read', b2: 'edit' }) })
    expect([await use(token, read('b1')), await use(token, edit('b1'))]).toEqual([200, 403])
    expect([await use(token, edit('b2')), await use(token, read('b3'))]).toEqual([200, 403])
    const empty = await create('ada', { name: 'none', ...boards({}) })
    expect(await use(empty.token, read('b1'))).toBe(403)
  })

  it('A4: the catalog shows the levels, read below edit', async () => {
    const { manage } = await open()
    expect((await manage('mia', 'GET /catalog')).body.resources).toMatchObject([
      { type: 'board', levels: [{ name: 'read' }, { name: 'edit' }] },
    ])
  })

  it("A5: the level is the lower of the key's and the member's", async () => {
    const { create, use, people } = await open()
    people.mia = { scopes: ['api_keys.create'], boards: { b1: 'edit', b2: 'edit' } }
    const { token } = await create('mia', { name: 'k', ...boards({ b1: 'edit', b2: 'read' }) })
    expect([await use(token, edit('b1')), await use(token, edit('b2'))]).toEqual([200, 403])
    people.mia = { ...people.mia, boards: { b1: 'read', b2: 'edit' } }
    expect([await use(token, read('b1')), await use(token, edit('b1')), await use(token, edit('b2'))]).toEqual([
      200, 403, 403,
    ])
  })

  it('A6: the boards of a key are edited after its creation', async () => {
    const { create, manage, use } = await open()
    const { id, token } = await create('ada', { name: 'k', ...boards({ b1: 'read' }) })
    expect((await manage('ada', `PATCH /${id}`, boards({ b2: 'edit' }))).status).toBe(200)
    expect([await use(token, read('b1')), await use(token, edit('b2'))]).toEqual([403, 200])
  })

  it('A7: a token is shown again to a person who has just signed in, and each time is recorded', async () => {
    const { create, manage } = await open({ reveal: sealer({ current: 'k1', keys: { k1: Buffer.alloc(32, 9) } }) })
    const { id, token } = await create('ada', { name: 'k' })
    expect((await manage('ada', `POST /${id}/reveal`)).body).toMatchObject({ code: 'not_fresh' })
    for (let time = 0; time < 2; time += 1) {
      expect((await manage('ada', `POST /${id}/reveal`, undefined, { 'X-Password': 'again' })).body).toEqual({
        id,
        token,
      })
    }
    expect((await manage('ada', 'GET /audit?type=api_key.revealed')).body.data).toHaveLength(2)
  })

  it('A9: revoked keys stay in the list, apart from the others', async () => {
    const { create, manage, use } = await open()
    const { id, token } = await create('mia', { name: 'old', scopes: ['members.read'] })
    await create('mia', { name: 'new' })
    expect(await use(token)).toBe(200)
    await manage('mia', `POST /${id}/revoke`, { reason: 'left the team' })
    expect(await use(token)).toBe(401)
    const names = async (query: string) =>
      (await manage('mia', `GET ${query}`)).body.data.map(({ name }: { name: string }) => name)
    expect(await names('?status=revoked')).toEqual(['old'])
    expect(await names('?status=active')).toEqual(['new'])
    expect((await manage('mia', `GET /${id}`)).body).toMatchObject({ revoked_reason: 'left the team' })
  })

  it('L1: a key has a name and selected permissions, never more than its creator', async () => {
    const { create, manage, use, people } = await open()
    const { token } = await create('mia', { name: 'ci', scopes: ['members.read'] })
    expect([await use(token), await use(token, 'POST /invitations')]).toEqual([200, 403])
    expect(await manage('mia', 'POST ', { name: 'x', scopes: ['audit.read'] })).toMatchObject({
      status: 403,
      body: { code: 'scope_exceeds_actor', exceeding: ['audit.read'] },
    })
    people.mia = { scopes: ['api_keys.read'] }
    expect(await use(token)).toBe(403)
  })

  it('L2: the list shows name, prefix, day of creation and last use', async () => {
    const { create, manage, use } = await open()
    const { id, token, preview, created_at } = await create('mia', { name: 'ci', scopes: ['members.read'] })
    const listed = async () => (await manage('mia', 'GET ')).body.data
    expect(await listed()).toMatchObject([{ id, name: 'ci', preview, created_at, last_used_at: null }])
    await use(token)
    await manage('mia', 'GET /stats') // what was collected is written first
    expect(Date.parse((await listed())[0].last_used_at)).toBeGreaterThanOrEqual(Date.parse(created_at))
  })

  it('L3: the table api_keys holds hashes, and each use looks its key up', async () => {
    const { create, manage, use } = await open()
    const { id, token } = await create('mia', { name: 'ci', scopes: ['members.read'] })
    const table = db.withTables<{ [name: string]: Record<string, unknown> }>()
    const row = await table.selectFrom(`${tablePrefix}api_keys`).selectAll().where('id', '=', id).executeTakeFirst()
    expect(String(row?.hash)).toMatch(/^\$/)
    expect(JSON.stringify(row)).not.toContain(token.slice(21, 53))
    expect(await use(token)).toBe(200)
    await manage('mia', `POST /${id}/disable`)
    expect(await use(token)).toBe(401)
  })

  it('L4: a request has its user and organisation', async () => {
    const { create, send, org } = await open()
    const { id, token } = await create('mia', { name: 'ci', scopes: ['members.read'] })
    const { body } = await send('GET /members', { 'X-API-Key': token })
    expect(body).toEqual({ user: 'mia', organizationId: org, keyId: id })
  })

  it('L5: keys are managed with GET and POST /api/api-keys, and DELETE /api/api-keys/:id', async () => {
    const { send, use } = await open()
    const mia = { Cookie: 'session=mia' }
    const created = await send('POST /api/api-keys', mia, { name: 'Claude Code', scopes: ['members.read'] })
    expect(created.status).toBe(201)
    expect((await send('GET /api/api-keys', mia)).body).toMatchObject({
      data: [{ id: created.body.id }],
      next_cursor: null,
    })
    expect((await send(`DELETE /api/api-keys/${created.body.id}`, mia)).status).toBe(204)
    expect(await use(created.body.token)).toBe(401)
    expect((await send('GET /api/api-keys', {})).status).toBe(401)
  })
})
