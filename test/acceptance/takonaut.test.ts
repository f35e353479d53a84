import { defineAccess, type Owner, type ScopeOf } from '@keywright/core'
import { requireKey } from '@keywright/express'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { secretOf } from './support/secret-of.js'
import { serve } from './support/serve.js'
import { type SqliteFile, sqliteFile } from './support/sqlite-file.js'

const access = defineAccess({
  scopes: {
    'tasks.read': 'Query tasks',
    'tasks.write': 'Create, update, assign and move tasks',
    'sprints.read': 'View sprint details',
    'sprints.manage': 'Auto-schedule sprints and manage their lifecycle',
    'projects.read': 'List projects and view boards',
    'projects.manage': 'Manage backlogs',
    'standups.read': 'Query standup entries',
    'standups.submit': 'Submit standup entries',
    'teams.read': 'View team composition and user information',
    'epics.read': 'View epics',
    'epics.manage': 'Create and manage epics with dependencies',
    'leaves.submit': 'Submit time-off requests',
    'leaves.approve': 'Approve time-off requests',
    'rewards.read': 'View wallet, XP and reward information',
  },
  roles: {
    manager: ['*'],
    member: ['*.read', 'tasks.write', 'standups.submit', 'leaves.submit'],
    guest: ['projects.read', 'tasks.read'],
  },
})

type Role = 'manager' | 'member' | 'guest'
const scopes = [...access.scopes.keys()]

// What Takonaut's screens offer to each role, written out: the tests hold the keys to it.
const screens: Readonly<Record<Role, readonly ScopeOf<typeof access>[]>> = {
  manager: scopes,
  member: [
    ...(['tasks.read', 'tasks.write', 'sprints.read', 'projects.read', 'standups.read', 'standups.submit'] as const),
    ...(['teams.read', 'epics.read', 'leaves.submit', 'rewards.read'] as const),
  ],
  guest: ['tasks.read', 'projects.read'],
}

const ana: Owner = { type: 'user', id: 'ana', organizationId: 'takonaut' }
const personalKey = { name: 'Claude MCP', owner: ana, scopes: ['*'] } as const
const byAna = { actor: { type: 'user', id: 'ana' } } as const

/** Takonaut: its users with their roles, its keys, and its REST API with one route for each scope. */
async function takonaut({ file, role = 'member' }: { file?: SqliteFile; role?: Role } = {}) {
  const users = new Map<string, Role>([['ana', role]])
  const product = await (file ?? (await sqliteFile())).open({
    prefix: 'tako',
    access,
    resolveOwner: ({ id }) => {
      const current = users.get(id)
      return current === undefined ? null : { roles: [current] }
    },
  })
  const { keyring } = product

  const app = express()
  for (const scope of scopes) {
    app.get(`/api/${scope}`, requireKey(keyring, { scopes: [scope] }), ({ principal }, res) => {
      res.json({ doneBy: principal.user?.id, withKey: principal.key.id, named: principal.key.name })
    })
  }
  app.patch('/api/me/key', requireKey(keyring), async ({ principal, query, ip, originalUrl }, res) => {
    const actor = { type: 'user', id: principal.user?.id ?? '' } as const
    const context = { requestId: originalUrl, ...(ip === undefined ? {} : { ip }) }
    const key = await keyring.update(principal.key.id, { name: String(query.name) }, { actor, context })
    res.json({ name: key.name })
  })
  return { ...product, users, call: await serve(app) }
}

describe('Takonaut: personal keys that act as the user', () => {
  it('T1: a key has a descriptive name, and its full token is shown once, at creation', async () => {
    const file = await sqliteFile()
    const { keyring, store, call } = await takonaut({ file })
    const created = await keyring.create(personalKey, byAna)
    const text = created.token.reveal()
    expect(text).toMatch(/^tako_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}$/)
    expect(await call('GET /api/tasks.read', created.token)).toMatchObject({
      status: 200,
      body: { named: 'Claude MCP' },
    })

    const secret = secretOf(created.token)
    const everywhere = {
      created,
      got: await keyring.get(created.key.id),
      listed: await keyring.list({ owner: ana }),
      stored: await store.find(created.key.id),
      audited: await keyring.audit.list({ organizationId: 'takonaut' }),
    }
    expect(everywhere.got).toMatchObject({ name: 'Claude MCP', revealable: false })
    expect(everywhere.listed.keys).toEqual([everywhere.got])
    await expect(keyring.reveal(created.key.id, byAna)).rejects.toMatchObject({ code: 'reveal_unavailable' })
    expect(JSON.stringify(everywhere)).toContain(created.key.id)
    expect(JSON.stringify(everywhere)).not.toContain(secret)
    const bytes = await file.bytes()
    expect(bytes.includes(created.key.id)).toBe(true)
    expect(bytes.includes(secret)).toBe(false)
  })

  it("T2: a key has its user's current permissions, and a role change takes effect on the next request", async () => {
    const { keyring, users, call } = await takonaut({ role: 'member' })
    const { key, token } = await keyring.create(personalKey, byAna)
    expect(key.owner).toEqual(ana)

    const manageSprints = () => call('GET /api/sprints.manage', token)
    const missing = { code: 'insufficient_scope', missing: ['sprints.manage'] }
    expect(await manageSprints()).toMatchObject({ status: 403, body: missing })
    users.set('ana', 'manager')
    expect(await manageSprints()).toMatchObject({ status: 200 })
    users.set('ana', 'guest')
    expect(await manageSprints()).toMatchObject({ status: 403, body: missing })
    expect(await call('GET /api/tasks.read', token)).toMatchObject({ status: 200 })
    users.delete('ana')
    expect(await call('GET /api/tasks.read', token)).toMatchObject({ status: 401, body: { code: 'owner_inactive' } })
  })

  it('T3: what a key does is attributed to its user, in the principal and in the audit log', async () => {
    const { keyring, users, call } = await takonaut()
    users.set('bo', 'member')
    const anas = await keyring.create(personalKey, byAna)
    const bos = await keyring.create(
      { ...personalKey, name: 'Cursor IDE', owner: { ...ana, id: 'bo' } },
      { actor: { type: 'user', id: 'bo' } },
    )
    expect((await call('GET /api/tasks.write', anas.token)).body).toEqual({
      doneBy: 'ana',
      withKey: anas.key.id,
      named: 'Claude MCP',
    })
    expect((await call('GET /api/tasks.write', bos.token)).body).toEqual({
      doneBy: 'bo',
      withKey: bos.key.id,
      named: 'Cursor IDE',
    })

    expect(await call('PATCH /api/me/key?name=Claude', anas.token)).toMatchObject({ body: { name: 'Claude' } })
    const { records } = await keyring.audit.list({ organizationId: 'takonaut' })
    expect(records).toMatchObject([
      {
        ...{ type: 'api_key.renamed', actor: { type: 'user', id: 'ana' }, keyId: anas.key.id },
        ...{ context: { ip: '127.0.0.1' }, data: { before: { name: 'Claude MCP' }, after: { name: 'Claude' } } },
      },
      { type: 'api_key.created', actor: { id: 'bo' }, keyId: bos.key.id, data: { owner: { id: 'bo' } } },
      { type: 'api_key.created', actor: { id: 'ana' }, keyId: anas.key.id, data: { owner: ana } },
    ])
  })

  it('T4: on the REST API, one key is the bearer token of every endpoint', async () => {
    const { keyring, call } = await takonaut({ role: 'manager' })
    const { token } = await keyring.create(personalKey, byAna)
    for (const scope of scopes) {
      expect(await call(`GET /api/${scope}`, token), scope).toMatchObject({ status: 200, body: { doneBy: 'ana' } })
      expect(await call(`GET /api/${scope}`), scope).toMatchObject({
        status: 401,
        challenge: 'Bearer realm="api"',
        body: { code: 'api_key_missing' },
      })
    }
  })

  it.each(['manager', 'member', 'guest'] as const)(
    'T6: the key of a %s reaches what the screens offer, and no more',
    async (role) => {
      const { keyring, call } = await takonaut({ role })
      const { token } = await keyring.create(personalKey, byAna)
      const answers = await Promise.all(
        scopes.map(async (scope) => [scope, (await call(`GET /api/${scope}`, token)).status]),
      )
      const expected = scopes.map((scope) => [scope, screens[role].includes(scope) ? 200 : 403])
      expect(answers).toEqual(expected)
    },
  )

  it('T7: keys are rotated by hand: a new key, clients that move one by one, and the old key revoked', async () => {
    const { keyring, call } = await takonaut()
    const old = await keyring.create(personalKey, byAna)
    const next = await keyring.create({ copyFrom: old.key.id }, byAna)
    expect(next.key).toMatchObject({ name: 'Claude MCP', owner: ana, grants: old.key.grants })

    const clients = [old.token, old.token, old.token]
    const statuses = () => Promise.all(clients.map(async (token) => (await call('GET /api/tasks.read', token)).status))
    for (const index of clients.keys()) {
      clients[index] = next.token
      expect(await statuses()).toEqual([200, 200, 200])
    }
    await keyring.revoke(old.key.id, { reason: 'routine rotation' }, { ...byAna })
    expect(await statuses()).toEqual([200, 200, 200])
    expect(await call('GET /api/tasks.read', old.token)).toMatchObject({
      status: 401,
      body: { code: 'api_key_revoked' },
    })
  })

  it('T7: keys are rotated in one call: both tokens work in every process during the grace, then only the new one', async () => {
    const file = await sqliteFile()
    const [one, other] = [await takonaut({ file }), await takonaut({ file })]
    const { key, token: old } = await one.keyring.create(personalKey, byAna)
    const { key: rotated, token } = await one.keyring.rotate(key.id, { graceMs: 60_000 }, { ...byAna })
    expect(rotated).toMatchObject({ id: key.id, name: key.name, owner: ana, createdAt: key.createdAt })
    expect(rotated.previousTokenExpiresAt?.getTime()).toBeGreaterThan(Date.now())

    const called = (by: typeof one, text: typeof token) => by.call('GET /api/tasks.read', text)
    for (const by of [one, other]) {
      for (const text of [old, token]) expect((await called(by, text)).body).toMatchObject({ withKey: key.id })
    }
    // The time of grace ends now.
    const write = { previousHashExpiresAt: new Date(Date.now() - 1) }
    await one.store.change(key.id, { quota: null, decide: () => ({ write, audit: [] }) })
    for (const by of [other, one]) {
      expect(await called(by, old)).toMatchObject({ status: 401, body: { code: 'api_key_invalid' } })
      expect((await called(by, token)).status).toBe(200)
    }
  })

  it('T8: a revoked key gets an authentication error on the next request, in every process', async () => {
    const file = await sqliteFile()
    const [one, other] = [await takonaut({ file }), await takonaut({ file })]
    const { key, token } = await one.keyring.create(personalKey, byAna)
    const kept = await one.keyring.create({ ...personalKey, name: 'CI Pipeline' }, byAna)
    for (const { call } of [one, other]) expect((await call('GET /api/tasks.read', token)).status).toBe(200)

    await one.keyring.revoke(key.id, {}, byAna)
    for (const { call } of [other, one]) {
      expect(await call('GET /api/tasks.read', token)).toMatchObject({
        status: 401,
        challenge: 'Bearer realm="api", error="invalid_token"',
        body: { code: 'api_key_revoked' },
      })
      expect((await call('GET /api/tasks.read', kept.token)).status).toBe(200)
    }
  })
})
