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

/** Takumo: organisation keys, and an API with one route for each scope and one that says what a key may do. */
async function takumo({ file, environment = 'live' }: { file?: SqliteFile; environment?: 'live' | 'test' } = {}) {
  const product = await (file ?? (await sqliteFile())).open({
    prefix: 'tk',
    environment,
    environments: ['live', 'test'],
    access,
    resolveOwner: () => ({ scopes: ['*'] }),
  })
  const app = express()
  app.get('/scopes', (_, res) => {
    res.json([...access.scopes].map(([scope, { description }]) => ({ scope, description })))
  })
  app.get('/me', requireKey(product.keyring), ({ principal }, res) => {
    res.json({ preset: principal.key.preset, scopes: principal.scopes })
  })
  for (const scope of scopes) {
    app.get(`/for/${scope}`, requireKey(product.keyring, { scopes: [scope] }), (_, res) => {
      res.json({ scope })
    })
  }
  return { ...product, call: await serve(app) }
}

describe('Takumo: scoped organisation keys', () => {
  it('K1: the catalogue has the scopes of every group, each with a description that people are shown', async () => {
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

  it('K1: each scope, given alone, opens its own route and no other', async () => {
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
  ])('K2: the preset %s gives its scopes, and the key remembers it', async (preset, isGiven) => {
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

  it('K2: a custom set gives what it names and remembers no preset, also when it replaces one', async () => {
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

  it('K3: a key has name, visible prefix, status, scopes and creator; "last used" is empty before the first use', async () => {
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
    expect(await keyring.disable(key.id, byMia)).toMatchObject({ name: 'ci-pipeline', status: 'disabled' })
    expect(await keyring.revoke(key.id, byMia)).toMatchObject({ name: 'ci-pipeline', status: 'revoked' })
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

  it('K5: a disabled key refuses every request, and once enabled it works again', async () => {
    const { keyring, call } = await takumo()
    const { key, token } = await keyring.create({ ...ciPipeline, scopes: ['*'] }, byMia)
    const routes = ['/me', ...scopes.filter((scope) => scope.endsWith('.read')).map((scope) => `/for/${scope}`)]
    const answers = () => Promise.all(routes.map(async (route) => (await call(`GET ${route}`, token)).status))

    for (let round = 0; round < 2; round += 1) {
      expect(new Set(await answers())).toEqual(new Set([200]))
      expect(await keyring.disable(key.id, byMia)).toMatchObject({ status: 'disabled' })
      expect(new Set(await answers())).toEqual(new Set([401]))
      expect(await call('GET /me', token)).toMatchObject({ body: { code: 'api_key_disabled' } })
      expect(await keyring.enable(key.id, byMia)).toMatchObject({ status: 'active' })
    }
    expect(new Set(await answers())).toEqual(new Set([200]))
  })

  it('K6: a deleted key is gone for good: tools lose access at once and nothing brings it back', async () => {
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
        () => keyring.revoke(key.id, byMia),
        () => keyring.delete(key.id, byMia),
      ]) {
        await expect(undo()).rejects.toMatchObject({ code: 'key_not_found' })
      }
    }
    expect(await one.store.find(key.id)).toMatchObject({ record: { hash: null, grants: { scopes: [] } } })
  })

  it('K7: the full scope set of a key can be viewed: as it was given, and one by one', async () => {
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
})
