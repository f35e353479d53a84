import { defineAccess, type Owner, type RoleOf } from '@keywright/core'
import { requireKey } from '@keywright/express'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { serve } from './support/serve.js'
import { sqliteFile } from './support/sqlite-file.js'

// What a workspace's people make of the role "Custom", by workspace.
const customRoles = new Map<string, readonly string[]>()

const access = defineAccess({
  scopes: {
    'plans.read': 'Query merchandise plans',
    'plans.edit': 'Change merchandise plans',
    'assortments.read': 'Query assortments',
    'assortments.edit': 'Change assortments',
    'allocations.read': 'Query allocations',
    'allocations.approve': 'Approve allocations',
    'settings.manage': "Change the organization's settings",
  },
  roles: {
    admin: ['*'],
    planner: ['plans.*', 'assortments.read'],
    buyer: ['assortments.*'],
    viewer: ['*.read'],
    custom: (workspace) => customRoles.get(workspace) ?? [],
  },
})

type Role = RoleOf<typeof access>
const scopes = [...access.scopes.keys()]
const workspace: Owner = { type: 'organization', id: 'acme' }
const byJane = { actor: { type: 'user', id: 'jane' } } as const
const agent = { name: 'forecasting-agent', owner: workspace, roles: ['planner'] } as const

/** Toolio: a workspace with its people, its keys, and an API with one route for each scope. */
async function toolio() {
  const people = new Map<string, readonly Role[]>([['jane', ['admin']]])
  customRoles.clear()
  const product = await (await sqliteFile()).open({
    prefix: 'tak',
    access,
    resolveOwner: ({ type, id }) => {
      if (type === 'organization') return { scopes: ['*'] }
      const roles = people.get(id)
      return roles === undefined ? null : { roles }
    },
  })
  const { keyring } = product
  const app = express()
  for (const scope of scopes) {
    app.get(`/api/${scope}`, requireKey(keyring, { scopes: [scope] }), ({ principal }, res) => {
      res.json({ user: principal.user, workspace: principal.organizationId, client: principal.key.name })
    })
  }
  app.get('/api/api-keys', requireKey(keyring, { scopes: ['settings.manage'] }), async ({ principal }, res) => {
    const { keys } = await keyring.list({ organizationId: principal.organizationId })
    res.json(keys.map(({ name, preview, grants, status }) => ({ name, preview, roles: grants.roles, status })))
  })
  const call = await serve(app)
  /** Which scopes a token opens, found by calling every route. */
  const opens = async (token: Parameters<typeof call>[1]) => {
    const statuses = await Promise.all(scopes.map(async (scope) => (await call(`GET /api/${scope}`, token)).status))
    return scopes.filter((_, index) => statuses[index] === 200)
  }
  return { ...product, people, call, opens }
}

describe('Toolio: machine keys with roles', () => {
  it('O1: a workspace key is for a machine, with no human behind it, and outlives its creator', async () => {
    const { keyring, people, call } = await toolio()
    const { key, token } = await keyring.create(agent, byJane)
    expect(key).toMatchObject({ owner: workspace, createdBy: { type: 'user', id: 'jane' } })
    const answer = { status: 200, body: { user: null, workspace: 'acme', client: 'forecasting-agent' } }
    expect(await call('GET /api/plans.read', token)).toMatchObject(answer)
    people.delete('jane')
    expect(await call('GET /api/plans.read', token)).toMatchObject(answer)
  })

  it.each<{ roles: readonly Role[]; may: RegExp }>([
    { roles: ['viewer'], may: /\.read$/ },
    { roles: ['planner'], may: /^plans\.|^assortments\.read$/ },
    { roles: ['planner', 'buyer'], may: /^plans\.|^assortments\./ },
    { roles: ['buyer', 'viewer'], may: /^assortments\.|\.read$/ },
    { roles: ['admin'], may: /./ },
  ])('O2: a key with the roles $roles may do what a user account with them may', async ({ roles, may }) => {
    const { keyring, people, opens } = await toolio()
    people.set('twin', roles)
    const twin: Owner = { type: 'user', id: 'twin', organizationId: 'acme' }
    const ofAccount = await keyring.create({ name: 'twin', owner: twin, scopes: ['*'] })
    const ofMachine = await keyring.create({ ...agent, roles }, byJane)
    const combined = scopes.filter((scope) => may.test(scope))
    expect(await opens(ofMachine.token)).toEqual(combined)
    expect(await opens(ofAccount.token)).toEqual(combined)
  })

  it("O3: when a role's definition changes, its keys change with it on the next request", async () => {
    const { keyring, opens } = await toolio()
    const { key, token } = await keyring.create({ ...agent, roles: ['custom'] }, byJane)
    expect(await opens(token)).toEqual([])
    customRoles.set('acme', ['allocations.*'])
    expect(await opens(token)).toEqual(['allocations.read', 'allocations.approve'])
    customRoles.set('acme', ['allocations.read', 'plans.read'])
    expect(await opens(token)).toEqual(['plans.read', 'allocations.read'])
    customRoles.delete('acme')
    expect(await opens(token)).toEqual([])
    expect((await keyring.get(key.id))?.grants.roles).toEqual(['custom'])
  })

  it('O4: the list shows name, truncated preview, roles and status, and the audit log shows the name', async () => {
    const { keyring, call } = await toolio()
    const jane = await keyring.create({ ...agent, name: 'claude-desktop-jane', roles: ['admin'] }, byJane)
    const forecasting = await keyring.create({ ...agent, roles: ['planner', 'viewer'] }, byJane)
    await keyring.disable(forecasting.key.id, {}, byJane)

    const preview = expect.stringMatching(/^tak_[0-9A-Za-z]{4}…$/)
    expect((await call('GET /api/api-keys', jane.token)).body).toEqual([
      { name: 'forecasting-agent', preview, roles: ['planner', 'viewer'], status: 'disabled' },
      { name: 'claude-desktop-jane', preview, roles: ['admin'], status: 'active' },
    ])
    expect(forecasting.token.reveal().startsWith(forecasting.key.preview.slice(0, -1))).toBe(true)
    const { records } = await keyring.audit.list({ organizationId: 'acme', type: 'api_key.created' })
    expect(records.map(({ data }) => data.name)).toEqual(['forecasting-agent', 'claude-desktop-jane'])
  })

  it('O5: a disabled key is rejected on the next request, and works with the same token once enabled', async () => {
    const { keyring, call } = await toolio()
    const { key, token } = await keyring.create(agent, byJane)
    for (let round = 0; round < 3; round += 1) {
      expect((await call('GET /api/plans.read', token)).status).toBe(200)
      await keyring.disable(key.id, {}, byJane)
      expect(await call('GET /api/plans.read', token)).toMatchObject({
        status: 401,
        body: { code: 'api_key_disabled' },
      })
      await keyring.enable(key.id, byJane)
    }
    expect((await call('GET /api/plans.read', token)).status).toBe(200)
  })

  it('O6: a key is rotated by creating one with the same roles, and then disabling the old one', async () => {
    const { keyring, opens } = await toolio()
    const old = await keyring.create({ ...agent, roles: ['planner', 'buyer'] }, byJane)
    const next = await keyring.create({ copyFrom: old.key.id }, byJane)
    expect(next.key).toMatchObject({ name: 'forecasting-agent', owner: workspace, grants: old.key.grants })
    expect(next.key.id).not.toBe(old.key.id)

    const ofBoth = ['plans.read', 'plans.edit', 'assortments.read', 'assortments.edit']
    expect(await opens(old.token)).toEqual(ofBoth)
    expect(await opens(next.token)).toEqual(ofBoth)
    await keyring.disable(old.key.id, {}, byJane)
    expect(await opens(old.token)).toEqual([])
    expect(await opens(next.token)).toEqual(ofBoth)
  })
})
