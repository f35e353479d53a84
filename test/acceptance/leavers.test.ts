import { randomUUID } from 'node:crypto'
import { managementApi } from '@keywright/api'
import { createKeyring, defineAccess, fetchGate, hmacSha256, type Keyring } from '@keywright/core'
import { kyselyStore } from '@keywright/kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openDatabases } from './support/databases.js'
import { serveHandler } from './support/serve-handler.js'

const access = defineAccess({
  scopes: {
    'api_keys.read': 'See keys',
    'api_keys.create': 'Create keys',
    'api_keys.revoke': 'Revoke keys',
    'api_keys.manage_all': 'Manage all keys',
    'tasks.read': 'See tasks',
    'tasks.move': 'Move tasks',
  },
})

const databases = await openDatabases()

describe.each(databases)('keys of somebody who leaves, over HTTP and $name', ({ db, tablePrefix }) => {
  /** A product with people, its management API, and routes behind its keys, of which some create others. */
  async function open() {
    const organizationId = `acme-${randomUUID()}`
    const people: Record<string, readonly string[]> = {
      ada: ['*'],
      bob: ['tasks.read', 'api_keys.read', 'api_keys.create', 'api_keys.revoke'],
      boss: ['*'],
    }
    const keyring = createKeyring({
      prefix: 'tk',
      environment: 'live',
      access,
      store: kyselyStore(db, { tablePrefix }),
      hasher: hmacSha256({ current: 'p1', peppers: { p1: 'a pepper of 32 bytes, for tests.' } }),
      allowKeyManagement: true,
      resolveOwner: ({ type, id }) => {
        if (type === 'organization') return { scopes: ['*'] }
        const scopes = people[id]
        return scopes === undefined ? null : { scopes }
      },
    })
    onTestFinished(() => keyring.close())
    const untyped = keyring as unknown as Keyring // the names of its scopes make no difference here
    const api = managementApi(untyped, {
      authenticate: (request) => {
        const id = request.headers.get('x-user') ?? ''
        return people[id] === undefined ? null : { actor: { type: 'user', id }, authority: { scopes: people[id] } }
      },
      organization: () => organizationId,
    })
    const gate = fetchGate(untyped, { scopes: ['tasks.move'] })
    const origin = await serveHandler(async (request, connection) => {
      if (new URL(request.url).pathname.startsWith('/api/api-keys')) return api.fetch(request)
      const verdict = await gate(request, connection)
      return verdict.ok ? verdict.finish(new Response('moved')) : verdict.response
    })
    const manage = async (as: string, path: string, body: object) => {
      const headers = { 'X-User': as, 'Content-Type': 'application/json' }
      const init = { method: 'POST', headers, body: JSON.stringify(body) }
      const response = await fetch(`${origin}/api/api-keys${path}`, init)
      // biome-ignore lint/suspicious/noExplicitAny: what came over the wire
      return { status: response.status, body: (await response.json()) as any }
    }
    const use = async (token: string) =>
      (await fetch(`${origin}/tasks`, { headers: { Authorization: `Bearer ${token}` } })).status
    const firm = { type: 'organization', id: organizationId } as const
    const create = async (name: string, actor: { readonly type: 'user' | 'key'; readonly id: string }) => {
      const made = await keyring.create({ name, owner: firm, scopes: ['tasks.read', 'tasks.move'] }, { actor })
      return { id: made.key.id, token: made.token.reveal() }
    }
    return { keyring, organizationId, people, manage, use, create }
  }
  const ada = { type: 'user', id: 'ada' } as const

  it('B20: one request ends all that somebody created, with what those keys created, and names it before', async () => {
    const { keyring, organizationId, manage, use, create } = await open()
    const a = await create('a', ada)
    const child = await create('a1', { type: 'key', id: a.id })
    const other = await create('b', { type: 'user', id: 'boss' })
    const body = { created_by: ada, reason: 'left' }
    expect((await manage('bob', '/bulk/revoke-all', body)).status).toBe(403)
    expect((await manage('boss', '/bulk/revoke-all', { reason: 'left' })).status).toBe(400)
    const namesOf = (answer: { readonly body: { readonly data: { readonly name: string }[] } }) =>
      answer.body.data.map(({ name }) => name)
    const trial = await manage('boss', '/bulk/revoke-all', { ...body, dry_run: true })
    expect([trial.status, namesOf(trial), await use(a.token)]).toEqual([200, ['a', 'a1'], 200])
    const done = await manage('boss', '/bulk/revoke-all', body)
    expect([namesOf(done), done.body.next_cursor]).toEqual([['a', 'a1'], null])
    expect([await use(a.token), await use(child.token), await use(other.token)]).toEqual([401, 401, 200])
    expect(namesOf(await manage('boss', '/bulk/revoke-all', body))).toEqual([])
    const { records } = await keyring.audit.list({ organizationId, type: 'api_key.revoked' })
    expect(records.map(({ actor, data }) => [actor.id, data.reason])).toEqual(Array(2).fill(['boss', 'left']))
    expect(await keyring.audit.verify({ organizationId })).toMatchObject({ ok: true })
  })

  it('B20: two requests at once end each key once', async () => {
    const { keyring, organizationId, manage, create } = await open()
    for (let at = 0; at < 12; at += 1) await create(`k${at}`, ada)
    const both = await Promise.all([1, 2].map(() => manage('boss', '/bulk/revoke-all', { created_by: ada })))
    expect(both.map(({ status }) => status)).toEqual([200, 200])
    expect(both.flatMap(({ body }) => body.data)).toHaveLength(12)
    const { records } = await keyring.audit.list({ organizationId, type: 'api_key.revoked' })
    expect(records).toHaveLength(12)
  })

  it('B20: a key goes to somebody whose rights cap it from the next request on, and nobody gains by it', async () => {
    const { keyring, organizationId, people, manage, use, create } = await open()
    const { id, token } = await create('deploy', ada)
    people.lead = ['tasks.read', 'api_keys.create', 'api_keys.manage_all']
    expect((await manage('bob', `/${id}/transfer`, { owner_id: 'bob' })).status).toBe(403)
    expect(await manage('lead', `/${id}/transfer`, { owner_id: 'lead' })).toMatchObject({
      status: 403,
      body: { code: 'scope_exceeds_actor' },
    })
    expect(await manage('boss', `/${id}/transfer`, { owner_id: 'nobody' })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/owner_id' }] },
    })
    expect(await manage('boss', `/${id}/transfer`, { created_by_id: 'boss' })).toMatchObject({
      status: 200,
      body: { created_by: { type: 'user', id: 'boss' }, version: 2 },
    })
    // What somebody answers for no more does not end with them.
    await manage('boss', '/bulk/revoke-all', { created_by: ada })
    expect(await use(token)).toBe(200)
    expect((await manage('boss', `/${id}/transfer`, { owner_id: 'bob' })).status).toBe(200)
    expect(await use(token)).toBe(403)
    delete people.bob
    expect(await use(token)).toBe(401)
    const { records } = await keyring.audit.list({ organizationId, keyId: id, type: 'api_key.transferred' })
    expect(records).toHaveLength(2)
  })
})
