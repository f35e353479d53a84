import { setTimeout } from 'node:timers/promises'
import { defineAccess, type Owner, type PresetOf } from '@keywright/core'
import { requireKey } from '@keywright/express'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { serve } from './support/serve.js'
import { type SqliteFile, sqliteFile } from './support/sqlite-file.js'

const access = defineAccess({
  scopes: {
    'organization.read': 'View organization details',
    'organization.settings': 'Modify organization settings',
    'organization.delete': { description: 'Delete the organization', sensitive: true },
    'organization.transfer': { description: 'Transfer ownership', sensitive: true },
    'members.read': 'View team members',
    'members.invite': 'Invite new members',
    'members.remove': 'Remove members',
    'members.role_change': 'Change member roles',
    'members.suspend': 'Suspend member accounts',
    'api_keys.read': 'View API keys',
    'api_keys.create': 'Create new keys',
    'api_keys.revoke': 'Revoke existing keys',
    'api_keys.manage_all': 'Manage keys created by other members',
    'policies.read': 'View policies',
    'policies.create': 'Create new policies',
    'policies.edit': 'Edit existing policies',
    'policies.delete': 'Delete policies',
    'fleet.read': 'View gateway instances',
    'fleet.manage': 'Manage instances and join keys',
    'audit.read': 'View audit log',
    'audit.export': 'Export audit data',
    'audit.webhook_manage': 'Configure audit webhooks',
    'billing.read': 'View billing information',
    'billing.manage': 'Change plans and payment methods',
    'security.read': 'View security settings',
    'security.manage': 'Change security settings',
    'roles.read': 'View custom roles',
    'roles.manage': 'Create, edit and delete custom roles',
    'compliance.read': 'View compliance reports',
    'compliance.export': 'Export compliance reports',
    'integrations.read': 'View third-party integrations',
    'integrations.manage': 'Connect and disconnect third-party integrations',
    'notifications.read': 'View notification preferences',
    'notifications.manage': 'Change notification preferences',
  },
  presets: {
    workspace: ['policies.*', 'fleet.*', 'integrations.*', 'notifications.*', 'members.read', 'organization.read'],
    organization: ['organization.*', 'members.*', 'roles.*', 'billing.*', 'security.*', 'audit.read'],
    'read-only': ['*.read'],
  },
})

// What features.md names, group by group; the last five groups are named there without their scopes.
const namedGroups = {
  organization: ['read', 'settings', 'delete', 'transfer'],
  members: ['read', 'invite', 'remove', 'role_change', 'suspend'],
  api_keys: ['read', 'create', 'revoke', 'manage_all'],
  policies: ['read', 'create', 'edit', 'delete'],
  fleet: ['read', 'manage'],
  audit: ['read', 'export', 'webhook_manage'],
  billing: ['read', 'manage'],
}
const furtherGroups = ['security', 'roles', 'compliance', 'integrations', 'notifications']

const scopes = [...access.scopes.keys()]
const acme: Owner = { type: 'organization', id: 'acme' }
const ciPipeline = { name: 'ci-pipeline', owner: acme } as const
const byMia = { actor: { type: 'user', id: 'mia' } } as const

const plans = {
  free: { maxKeys: 3 },
  developer: { maxKeys: 10 },
  pro: { maxKeys: 20 },
  enterprise: { maxKeys: 'unlimited' },
} as const
type Plan = keyof typeof plans

interface Setting {
  readonly file?: SqliteFile
  readonly environment?: 'live' | 'test'
  readonly plan?: Plan
}

/** Takumo: organisation keys, and an API with one route for each scope, and some about keys. */
async function takumo({ file, environment = 'live', plan = 'enterprise' }: Setting = {}) {
  const bought = new Map<string, Plan>([['acme', plan]])
  const product = await (file ?? (await sqliteFile())).open({
    prefix: 'tk',
    environment,
    environments: ['live', 'test'],
    access,
    resolveOwner: () => ({ scopes: ['*'] }),
    plans,
    resolvePlan: (organizationId) => bought.get(organizationId) ?? 'free',
  })
  const { keyring } = product
  const app = express()
  app.get('/scopes', (_, res) => {
    res.json([...access.scopes].map(([scope, { description }]) => ({ scope, description })))
  })
  app.get('/me', requireKey(keyring), ({ principal }, res) => {
    res.json({ preset: principal.key.preset, scopes: principal.scopes })
  })
  for (const scope of scopes) {
    app.get(`/for/${scope}`, requireKey(keyring, { scopes: [scope] }), (_, res) => {
      res.json({ scope })
    })
  }
  app.get('/stats', requireKey(keyring, { scopes: ['api_keys.read'] }), async ({ principal }, res) => {
    res.json(await keyring.stats({ organizationId: principal.organizationId }))
  })
  app.get('/audit', requireKey(keyring, { scopes: ['audit.read'] }), async ({ principal }, res) => {
    res.json(await keyring.audit.list({ organizationId: principal.organizationId }))
  })
  app.get('/audit/export', requireKey(keyring, { scopes: ['audit.export'] }), async ({ principal }, res) => {
    const { organizationId, actor } = principal
    const lines = keyring.audit.export({ organizationId, format: 'csv' }, { actor })
    res.type('text/csv')
    for await (const line of lines) res.write(line)
    res.end()
  })
  return { ...product, bought, call: await serve(app) }
}

describe('Takumo: scoped organisation keys under a plan', () => {
  it('K1: the catalogue has the scopes of every group, each with a description for people', async () => {
    const { call } = await takumo()
    const { body } = await call('GET /scopes')
    expect(body).toContainEqual({ scope: 'members.invite', description: 'Invite new members' })
    expect(body).toEqual(scopes.map((scope) => ({ scope, description: expect.stringMatching(/^[A-Z][a-z, -]+/) })))

    for (const [group, names] of Object.entries(namedGroups)) {
      const expected = names.map((name) => `${group}.${name}`)
      expect(scopes.filter((scope) => scope.startsWith(`${group}.`))).toEqual(expected)
    }
    const groups = [...new Set(scopes.map((scope) => scope.split('.')[0]))]
    expect(groups).toEqual([...Object.keys(namedGroups), ...furtherGroups])
  })

  it('K1: each scope on its own opens its own route and no other', async () => {
    const { keyring, call } = await takumo()
    for (const [index, scope] of scopes.entries()) {
      const { token } = await keyring.create({ ...ciPipeline, scopes: [scope] }, byMia)
      const other = scopes[(index + 1) % scopes.length] ?? scope
      expect(await call('GET /me', token)).toMatchObject({ body: { scopes: [scope] } })
      expect(await call(`GET /for/${scope}`, token)).toMatchObject({ status: 200, body: { scope } })
      expect(await call(`GET /for/${other}`, token)).toMatchObject({
        status: 403,
        challenge: `Bearer realm="api", error="insufficient_scope", scope="${other}"`,
        body: { missing: [other] },
      })
    }
  })

  it.each<[PresetOf<typeof access>, (scope: string) => boolean]>([
    [
      'workspace',
      (scope) => /^(policies|fleet|integrations|notifications)\.|^(members|organization)\.read$/.test(scope),
    ],
    // A wildcard covers nothing sensitive: a preset alone neither deletes the organisation nor gives it away.
    [
      'organization',
      (scope) => /^(organization\.(read|settings)|(members|roles|billing|security)\..*|audit\.read)$/.test(scope),
    ],
    ['read-only', (scope) => scope.endsWith('.read')],
  ])('K2: the preset %s gives its scopes, and the key keeps its name', async (preset, isGiven) => {
    const { keyring, call } = await takumo()
    const { key, token } = await keyring.create({ ...ciPipeline, preset }, byMia)
    const given = scopes.filter(isGiven)
    expect(given.length).toBeGreaterThan(5)
    expect((await call('GET /me', token)).body).toEqual({ preset, scopes: given })
    for (const scope of scopes) {
      expect((await call(`GET /for/${scope}`, token)).status, scope).toBe(isGiven(scope) ? 200 : 403)
    }
    expect(await keyring.get(key.id)).toMatchObject({ preset })
  })

  it('K2: a custom set gives the named scopes and has no preset, also when it replaces one', async () => {
    const { keyring, call } = await takumo()
    const custom = await keyring.create({ ...ciPipeline, scopes: ['fleet.*', 'organization.delete'] }, byMia)
    expect((await call('GET /me', custom.token)).body).toEqual({
      preset: null,
      scopes: ['organization.delete', 'fleet.read', 'fleet.manage'],
    })

    const { key, token } = await keyring.create({ ...ciPipeline, preset: 'read-only' }, byMia)
    await keyring.update(key.id, { scopes: ['members.invite'] }, byMia)
    expect((await call('GET /me', token)).body).toEqual({ preset: null, scopes: ['members.invite'] })
  })

  it('K3: a key shows name, visible prefix, status, scopes and creator', async () => {
    const { keyring } = await takumo()
    const { key, token } = await keyring.create({ ...ciPipeline, scopes: ['fleet.read', 'audit.read'] }, byMia)
    expect(key).toMatchObject({
      name: 'ci-pipeline',
      preview: expect.stringMatching(/^tk_live_[0-9A-Za-z]{4}…$/),
      status: 'active',
      grants: { scopes: ['fleet.read', 'audit.read'] },
      createdBy: { type: 'user', id: 'mia' },
      lastUsedAt: null,
    })
    expect(token.reveal().startsWith(key.preview.slice(0, -1))).toBe(true)
    expect(await keyring.get(key.id)).toEqual(key)
    expect(await keyring.disable(key.id, {}, byMia)).toMatchObject({ name: 'ci-pipeline', status: 'disabled' })
    expect(await keyring.revoke(key.id, {}, byMia)).toMatchObject({ name: 'ci-pipeline', status: 'revoked' })
  })

  it('K3: "last used" is the last call that this key let through', async () => {
    const { keyring, call } = await takumo()
    const [used, refused, idle] = await Promise.all(
      ['cursor-dev', 'ci-pipeline', 'staging-gateway'].map((name) =>
        keyring.create({ ...ciPipeline, name, scopes: ['fleet.read'] }, byMia),
      ),
    )
    const before = Date.now()
    expect((await call('GET /for/fleet.read', used?.token)).status).toBe(200)
    expect((await call('GET /for/fleet.manage', refused?.token)).status).toBe(403)

    const lastUsed = async (of: typeof used) => {
      await keyring.stats({ organizationId: 'acme' }) // writes what is still collected
      return (await keyring.get(of?.key.id ?? ''))?.lastUsedAt?.getTime() ?? null
    }
    const first = await lastUsed(used)
    expect(first).toBeGreaterThanOrEqual(before)
    expect(first).toBeLessThanOrEqual(Date.now())
    expect([await lastUsed(refused), await lastUsed(idle)]).toEqual([null, null])
    await setTimeout(5)
    await call('GET /for/fleet.read', used?.token)
    expect(await lastUsed(used)).toBeGreaterThan(first ?? Number.NaN)
  })

  it('K4: the environment is in the prefix, and a key of one environment is refused in the other', async () => {
    const file = await sqliteFile()
    const [live, test] = [await takumo({ file }), await takumo({ file, environment: 'test' })]
    const grants = { ...ciPipeline, preset: 'read-only' } as const
    const ofLive = await live.keyring.create(grants, byMia)
    const ofTest = await live.keyring.create({ ...grants, environment: 'test' }, byMia)
    expect(ofLive.token.reveal()).toMatch(/^tk_live_/)
    expect(ofTest.token.reveal()).toMatch(/^tk_test_/)
    expect([ofLive.key.environment, ofTest.key.environment]).toEqual(['live', 'test'])

    expect((await live.call('GET /for/fleet.read', ofLive.token)).status).toBe(200)
    expect((await test.call('GET /for/fleet.read', ofTest.token)).status).toBe(200)
    const refused = { status: 401, body: { code: 'api_key_invalid' } }
    expect(await live.call('GET /for/fleet.read', ofTest.token)).toMatchObject(refused)
    expect(await test.call('GET /for/fleet.read', ofLive.token)).toMatchObject(refused)
  })

  it('K5: a disabled key refuses every request, and works again once enabled', async () => {
    const { keyring, call } = await takumo()
    const { key, token } = await keyring.create({ ...ciPipeline, scopes: ['*'] }, byMia)
    const routes = ['/me', ...scopes.filter((scope) => scope.endsWith('.read')).map((scope) => `/for/${scope}`)]
    const answers = () => Promise.all(routes.map(async (route) => (await call(`GET ${route}`, token)).status))

    for (let round = 0; round < 2; round += 1) {
      expect(new Set(await answers())).toEqual(new Set([200]))
      expect(await keyring.disable(key.id, {}, byMia)).toMatchObject({ status: 'disabled' })
      expect(new Set(await answers())).toEqual(new Set([401]))
      expect(await call('GET /me', token)).toMatchObject({ body: { code: 'api_key_disabled' } })
      expect(await keyring.enable(key.id, byMia)).toMatchObject({ status: 'active' })
    }
    expect(new Set(await answers())).toEqual(new Set([200]))
  })

  it('K6: a deleted key loses access at once, and nothing brings it back', async () => {
    const file = await sqliteFile()
    const [one, other] = [await takumo({ file }), await takumo({ file })]
    const { key, token } = await one.keyring.create({ ...ciPipeline, preset: 'read-only' }, byMia)
    const kept = await one.keyring.create({ ...ciPipeline, name: 'cursor-dev', preset: 'read-only' }, byMia)
    for (const { call } of [one, other]) expect((await call('GET /me', token)).status).toBe(200)

    await one.keyring.delete(key.id, byMia)
    for (const { keyring, call } of [one, other]) {
      expect(await call('GET /me', token)).toMatchObject({ status: 401, body: { code: 'api_key_invalid' } })
      expect((await call('GET /me', kept.token)).status).toBe(200)
      expect(await keyring.get(key.id)).toBeNull()
      expect((await keyring.list({ owner: acme })).keys.map(({ name }) => name)).toEqual(['cursor-dev'])
      for (const undo of [
        () => keyring.enable(key.id, byMia),
        () => keyring.update(key.id, { name: 'back' }, byMia),
        () => keyring.revoke(key.id, {}, byMia),
        () => keyring.delete(key.id, byMia),
      ]) {
        await expect(undo()).rejects.toMatchObject({ code: 'key_not_found' })
      }
    }
    expect(await one.store.find(key.id)).toMatchObject({ record: { hash: null, grants: { scopes: [] } } })
  })

  it('K7: the full scope set of a key is shown as it was given, and one by one', async () => {
    const { keyring, call } = await takumo()
    const { key, token } = await keyring.create(
      { ...ciPipeline, preset: 'read-only', scopes: ['audit.export', 'organization.transfer'] },
      byMia,
    )
    expect((await keyring.get(key.id))?.grants.scopes).toEqual(['*.read', 'audit.export', 'organization.transfer'])
    expect((await call('GET /me', token)).body).toEqual({
      preset: 'read-only',
      scopes: [
        ...[
          'organization.read',
          'organization.transfer',
          'members.read',
          'api_keys.read',
          'policies.read',
          'fleet.read',
        ],
        ...['audit.read', 'audit.export', 'billing.read', 'security.read', 'roles.read', 'compliance.read'],
        ...['integrations.read', 'notifications.read'],
      ],
    })
  })

  it('K8: the statistics count all keys ever created, active keys, the calls of 24 hours, and the last call', async () => {
    const { keyring, call } = await takumo()
    const { token } = await keyring.create({ ...ciPipeline, preset: 'read-only' }, byMia)
    expect((await call('GET /stats', token)).body).toMatchObject({ totalCreated: 1, active: 1, callsLast24h: 1 })

    const others = await Promise.all(
      ['deleted', 'disabled', 'revoked', 'active'].map((name) =>
        keyring.create({ ...ciPipeline, name, preset: 'read-only' }, byMia),
      ),
    )
    for (const other of others) expect((await call('GET /me', other.token)).status).toBe(200)
    const [deleted, disabled, revoked] = others.map(({ key }) => key.id)
    await keyring.delete(deleted ?? '', byMia)
    await keyring.disable(disabled ?? '', {}, byMia)
    await keyring.revoke(revoked ?? '', {}, byMia)
    expect((await call('GET /me', others[1]?.token)).status).toBe(401)
    const elsewhere = { ...ciPipeline, owner: { type: 'organization', id: 'umbrella' }, preset: 'read-only' } as const
    await call('GET /me', (await keyring.create(elsewhere, byMia)).token)

    const before = Date.now()
    const { body } = await call('GET /stats', token)
    const counts = { totalCreated: 5, active: 2, disabled: 1, expired: 0, revoked: 1, callsLast24h: 6 }
    expect(body).toEqual({ ...counts, lastCallAt: expect.any(String) })
    const { lastCallAt } = await keyring.stats({ organizationId: 'acme' })
    expect(lastCallAt?.getTime()).toBeGreaterThanOrEqual(before)
  })

  it.each([
    ['free', 3],
    ['developer', 10],
    ['pro', 20],
  ] as const)(
    'K9: the plan %s admits at most %i keys, and a place is free again when a key ends',
    async (plan, limit) => {
      const { keyring } = await takumo({ plan })
      const create = () => keyring.create({ ...ciPipeline, preset: 'read-only' }, byMia)
      const created = []
      while (created.length < limit) created.push(await create())
      const refused = { code: 'plan_limit_reached', limit, used: limit }
      await expect(create()).rejects.toMatchObject(refused)

      const [first, second] = created.map(({ key }) => key.id)
      await keyring.disable(first ?? '', {}, byMia)
      await expect(create(), 'a disabled key keeps its place').rejects.toMatchObject(refused)
      await keyring.delete(second ?? '', byMia)
      await create()
      await expect(create()).rejects.toMatchObject(refused)
      expect((await keyring.list({ owner: acme })).keys).toHaveLength(limit)
    },
  )

  it('K9: the plan Enterprise has no limit, and a change of plan takes effect at once', async () => {
    const { keyring, bought } = await takumo({ plan: 'enterprise' })
    const create = () => keyring.create({ ...ciPipeline, preset: 'read-only' }, byMia)
    for (let count = 0; count < 21; count += 1) await create()
    bought.set('acme', 'pro')
    await expect(create()).rejects.toMatchObject({ code: 'plan_limit_reached', limit: 20, used: 21 })
  })

  it('K9: in a race through two connections, exactly as many keys are created as the plan admits', async () => {
    const file = await sqliteFile()
    const sides = [await takumo({ file, plan: 'free' }), await takumo({ file, plan: 'free' })]
    const outcomes = await Promise.allSettled(
      Array.from({ length: 12 }, (_, index) =>
        sides[index % 2]?.keyring.create({ ...ciPipeline, name: `key ${index}`, preset: 'read-only' }, byMia),
      ),
    )
    const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    expect(refusals).toHaveLength(9)
    for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'plan_limit_reached', limit: 3, used: 3 })
    expect((await sides[0]?.keyring.list({ owner: acme }))?.keys).toHaveLength(3)
  })

  it('K11: audit.read lets one read what happened to keys, by whom and when, newest first', async () => {
    const { keyring, call } = await takumo()
    const reader = await keyring.create({ ...ciPipeline, name: 'auditor', scopes: ['audit.read'] }, byMia)
    const { key, token } = await keyring.create({ ...ciPipeline, scopes: ['fleet.read'] }, byMia)
    const byNoa = { actor: { type: 'user', id: 'noa' } } as const
    await keyring.update(key.id, { scopes: ['fleet.*'] }, byNoa)
    await keyring.disable(key.id, {}, byNoa)
    await keyring.enable(key.id, byNoa)
    await keyring.rotate(key.id, {}, byMia)
    await keyring.revoke(key.id, { reason: 'offboarding' }, { ...byMia })
    await keyring.delete(key.id, byMia)

    const refused = { status: 403, body: { code: 'insufficient_scope', missing: ['audit.read'] } }
    const other = await keyring.create({ ...ciPipeline, scopes: ['audit.export'] }, byMia)
    expect(await call('GET /audit', other.token)).toMatchObject(refused)
    expect((await call('GET /audit', token)).status).toBe(401)

    const { body } = await call('GET /audit', reader.token)
    const happened = [
      ['created', 'mia', { name: 'ci-pipeline' }],
      ['deleted', 'mia', {}],
      ['revoked', 'mia', { reason: 'offboarding' }],
      ['rotated', 'mia', {}],
      ['enabled', 'noa', {}],
      ['disabled', 'noa', {}],
      ['scopes_changed', 'noa', { before: { scopes: ['fleet.read'] }, after: { scopes: ['fleet.*'] } }],
      ['created', 'mia', { name: 'ci-pipeline', scopes: ['fleet.read'] }],
      ['created', 'mia', { name: 'auditor' }],
    ] as const
    expect(body).toMatchObject({
      records: happened.map(([verb, id, data]) => ({ type: `api_key.${verb}`, actor: { type: 'user', id }, data })),
      nextCursor: null,
    })

    const umbrella = { ...ciPipeline, owner: { type: 'organization', id: 'umbrella' }, scopes: ['audit.read'] } as const
    const foreign = await keyring.create(umbrella, byMia)
    expect((await call('GET /audit', foreign.token)).body).toMatchObject({ records: [{ keyId: foreign.key.id }] })
  })

  it('K11: audit.export lets one export the log, and the export is recorded', async () => {
    const { keyring, call } = await takumo()
    const exporter = await keyring.create(
      { ...ciPipeline, name: '=HYPERLINK("evil")', scopes: ['audit.export'] },
      byMia,
    )
    const reader = await keyring.create({ ...ciPipeline, scopes: ['audit.read'] }, byMia)
    const missing = { status: 403, body: { missing: ['audit.export'] } }
    expect(await call('GET /audit/export', reader.token)).toMatchObject(missing)

    const { status, headers, body } = await call('GET /audit/export', exporter.token)
    expect([status, headers.get('Content-Type')]).toEqual([200, 'text/csv; charset=utf-8'])
    const [header, ...lines] = String(body).trimEnd().split('\r\n')
    expect(header).toMatch(/^seq,at,type,actorType,actorId,keyId,/)
    expect(lines.map((line) => line.split(',').slice(2, 6))).toEqual([
      ['"api_key.created"', '"user"', '"mia"', `"${exporter.key.id}"`],
      ['"api_key.created"', '"user"', '"mia"', `"${reader.key.id}"`],
      ['"audit.exported"', '"key"', `"${exporter.key.id}"`, '""'],
    ])
    expect((await call('GET /audit', reader.token)).body).toMatchObject({ records: { 0: { type: 'audit.exported' } } })
    expect(await keyring.audit.verify({ organizationId: 'acme' })).toMatchObject({ ok: true, checkpoint: { seq: 3 } })
  })
})
