import { defineAccess, type Owner } from '@keywright/core'
import { requireKey } from '@keywright/express'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { secretOf } from './support/secret-of.js'
import { serve } from './support/serve.js'
import { type SqliteFile, sqliteFile } from './support/sqlite-file.js'

const access = defineAccess({
  scopes: {
    'projects.read': 'View projects',
    'projects.write': 'Create and change projects',
    'boards.read': 'View boards',
    'boards.write': 'Create and change boards',
    'work_items.read': 'View work items',
    'work_items.write': 'Create work items and update their status',
    'sessions.record': 'Record AI sessions',
    'api_keys.read': "List the organization's API keys",
  },
})

const user = (id: string, organizationId: string): Owner => ({ type: 'user', id, organizationId })
const lia = user('lia', 'north')
const byLia = { actor: { type: 'user', id: 'lia' } } as const
const claudeCode = {
  name: 'Claude Code - Work laptop',
  owner: lia,
  scopes: ['projects.read', 'api_keys.read'],
} as const

const projects = [
  { id: 'p1', name: 'Compass', organizationId: 'north' },
  { id: 'p2', name: 'Sextant', organizationId: 'north' },
  { id: 'p3', name: 'Albatross', organizationId: 'south' },
]

/** What each user may do now: all of it, unless a test says less. */
type Users = Map<string, readonly string[]>

/** Almirant: its projects and its list of keys, filtered by the organisation of the key that asks. */
async function almirant(setting: { file?: SqliteFile; users?: Users; usageFlushMs?: number } = {}) {
  const { file, users = new Map(), usageFlushMs } = setting
  const product = await (file ?? (await sqliteFile())).open({
    prefix: 'alm',
    access,
    resolveOwner: ({ id }) => ({ scopes: users.get(id) ?? ['*'] }),
    usageFlushMs,
  })
  const { keyring } = product
  const app = express()
  app.get('/api/projects', requireKey(keyring, { scopes: ['projects.read'] }), ({ principal }, res) => {
    const { user, organizationId } = principal
    const own = projects.filter((project) => project.organizationId === organizationId)
    res.json({ user, organizationId, projects: own.map(({ name }) => name) })
  })
  app.post('/api/projects', requireKey(keyring, { scopes: ['projects.write'] }), (_, res) => {
    res.status(201).json({})
  })
  app.get('/api/api-keys', requireKey(keyring, { scopes: ['api_keys.read'] }), async ({ principal }, res) => {
    const { keys } = await keyring.list({ organizationId: principal.organizationId })
    res.json(keys.map(({ name, preview, createdAt, lastUsedAt }) => ({ name, preview, createdAt, lastUsedAt })))
  })
  return { ...product, call: await serve(app) }
}

describe('Almirant: keys for MCP clients and CI', () => {
  it('L1: a key is created with a name and selected permissions, never more than its creator has', async () => {
    const users: Users = new Map([['lia', ['projects.*', 'work_items.read']]])
    const { keyring, call } = await almirant({ users })
    const { key, token } = await keyring.create({ ...claudeCode, scopes: ['projects.read', 'projects.write'] }, byLia)
    expect(key).toMatchObject({
      name: 'Claude Code - Work laptop',
      grants: { scopes: ['projects.read', 'projects.write'] },
    })
    expect((await call('POST /api/projects', token)).status).toBe(201)

    for (const exceeding of ['work_items.write', 'boards.read'] as const) {
      const input = { ...claudeCode, scopes: ['projects.read', exceeding] } as const
      const refusal = { code: 'scope_exceeds_actor', field: 'scopes', exceeding: [exceeding] }
      await expect(keyring.create(input, byLia)).rejects.toMatchObject(refusal)
      await expect(keyring.update(key.id, { scopes: [exceeding] }, byLia)).rejects.toMatchObject(refusal)
    }
    // A key for somebody who may do more, or for the whole organisation, is no way around it.
    for (const owner of [user('rui', 'north'), { type: 'organization', id: 'north' }] as const) {
      const input = { ...claudeCode, owner, scopes: ['*'] } as const
      await expect(keyring.create(input, byLia)).rejects.toMatchObject({ code: 'scope_exceeds_actor' })
    }
    expect((await keyring.list({ organizationId: 'north' })).keys).toEqual([key])
  })

  it('L1: a key follows what its creator loses or gains of the selected permissions, from the next request on', async () => {
    const users: Users = new Map([['lia', ['projects.*']]])
    const { keyring, call } = await almirant({ users })
    const { token } = await keyring.create({ ...claudeCode, scopes: ['projects.*'] }, byLia)
    const statuses = async () => [
      (await call('GET /api/projects', token)).status,
      (await call('POST /api/projects', token)).status,
      (await call('GET /api/api-keys', token)).status,
    ]
    expect(await statuses()).toEqual([200, 201, 403])
    users.set('lia', ['projects.read'])
    expect(await statuses()).toEqual([200, 403, 403])
    users.set('lia', ['*'])
    expect(await statuses()).toEqual([200, 201, 403])
  })

  it('L2: the list shows name, prefix, creation date and last used', async () => {
    const { keyring, call } = await almirant({ usageFlushMs: 100 })
    const before = Date.now()
    const { key, token } = await keyring.create(claudeCode, byLia)
    const ci = await keyring.create({ ...claudeCode, name: 'CI/CD Pipeline' }, byLia)
    await keyring.create({ ...claudeCode, owner: user('rui', 'south') }, byLia)

    const { status, body } = await call('GET /api/api-keys', token)
    expect(status).toBe(200)
    const row = (of: typeof key, lastUsedAt: unknown = null) => ({
      name: of.name,
      preview: expect.stringMatching(/^alm_[0-9A-Za-z]{4}…$/),
      createdAt: of.createdAt.toISOString(),
      lastUsedAt,
    })
    expect(body).toHaveLength(2)
    expect(body).toEqual(expect.arrayContaining([row(key), row(ci.key)]))
    expect(Math.abs(key.createdAt.getTime() - before)).toBeLessThan(60_000)
    expect(token.reveal().startsWith(key.preview.slice(0, -1))).toBe(true)

    // Uses are written in batches, beside the requests.
    const used = expect.arrayContaining([row(key, expect.any(String)), row(ci.key)])
    await expect.poll(async () => (await call('GET /api/api-keys', token)).body).toEqual(used)
    const lastUsedAt = (await keyring.get(key.id))?.lastUsedAt?.getTime()
    expect(lastUsedAt).toBeGreaterThanOrEqual(before)
    expect(lastUsedAt).toBeLessThanOrEqual(Date.now())
  })

  it('L3: the table api_keys holds a hash, and each request looks it up once and gets user and organisation', async () => {
    const file = await sqliteFile()
    const { keyring, db, statements, call } = await almirant({ file })
    const { key, token } = await keyring.create(claudeCode, byLia)
    const row = await db.selectFrom('api_keys').selectAll().where('id', '=', key.id).executeTakeFirstOrThrow()
    expect(row.hash).toMatch(/^\$hmac-sha256\$/)
    expect(row).toMatchObject({ owner_type: 'user', owner_id: 'lia', organization_id: 'north', sealed: null })
    const bytes = await file.bytes()
    expect(bytes.includes(row.hash ?? 'no hash')).toBe(true)
    expect(bytes.includes(secretOf(token))).toBe(false)

    for (let request = 0; request < 3; request += 1) {
      statements.length = 0
      expect(await call('GET /api/projects', token)).toMatchObject({
        status: 200,
        body: { user: { id: 'lia' }, organizationId: 'north' },
      })
      expect(statements).toEqual([
        expect.stringMatching(/^select .* from "api_keys" where "id" = \? +\/\* keywright: keep.* \*\/$/),
      ])
    }
    await db
      .updateTable('api_keys')
      .set({ owner_id: 'rui', organization_id: 'south' })
      .where('id', '=', key.id)
      .execute()
    expect(await call('GET /api/projects', token)).toMatchObject({
      status: 200,
      body: { user: { id: 'rui' }, organizationId: 'south' },
    })
  })

  it('L4: a request carries { user, organizationId }, and protected routes filter by organisation', async () => {
    const { keyring, call } = await almirant()
    const rows = [
      { owner: lia, user: { id: 'lia' }, organizationId: 'north', projects: ['Compass', 'Sextant'] },
      { owner: user('rui', 'south'), user: { id: 'rui' }, organizationId: 'south', projects: ['Albatross'] },
      // The same person in two organisations: each key stays within its own.
      { owner: user('lia', 'south'), user: { id: 'lia' }, organizationId: 'south', projects: ['Albatross'] },
      {
        owner: { type: 'organization', id: 'north' },
        user: null,
        organizationId: 'north',
        projects: ['Compass', 'Sextant'],
      },
      { owner: user('lia', 'west'), user: { id: 'lia' }, organizationId: 'west', projects: [] },
    ] as const
    const created = await Promise.all(
      rows.map(async ({ owner, ...expected }, index) => {
        const { token } = await keyring.create({ ...claudeCode, name: `key ${index}`, owner }, byLia)
        return { token, expected, name: `key ${index}` }
      }),
    )
    for (const { token, expected } of created) {
      expect((await call('GET /api/projects', token)).body).toEqual(expected)
      const keys = created.filter((one) => one.expected.organizationId === expected.organizationId)
      const listed = (await call('GET /api/api-keys', token)).body
      expect(listed).toHaveLength(keys.length)
      expect(listed).toEqual(expect.arrayContaining(keys.map(({ name }) => expect.objectContaining({ name }))))
    }
  })

  it('L8: revocation is immediate in every process, and irreversible', async () => {
    const file = await sqliteFile()
    const [one, other] = [await almirant({ file }), await almirant({ file })]
    const { key, token } = await one.keyring.create(claudeCode, byLia)
    for (const { call } of [one, other]) expect((await call('GET /api/projects', token)).status).toBe(200)

    const revoked = await one.keyring.revoke(key.id, { reason: 'laptop lost' }, { ...byLia })
    expect(revoked).toMatchObject({ status: 'revoked', revokedReason: 'laptop lost' })
    for (const { keyring, call } of [other, one]) {
      const refused = { status: 401, body: { code: 'api_key_revoked' } }
      expect(await call('GET /api/projects', token)).toMatchObject(refused)
      for (const undo of [
        () => keyring.enable(key.id, byLia),
        () => keyring.disable(key.id, {}, byLia),
        () => keyring.update(key.id, { scopes: ['*'] }, byLia),
      ]) {
        await expect(undo()).rejects.toMatchObject({ code: 'invalid_state', status: 'revoked' })
      }
      expect(await keyring.revoke(key.id, { reason: 'something else' }, { ...byLia })).toEqual(revoked)
      expect(await call('GET /api/projects', token)).toMatchObject(refused)
    }
  })
})
