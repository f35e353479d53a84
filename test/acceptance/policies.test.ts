import { randomUUID } from 'node:crypto'
import { managementApi, nodeListener } from '@keywright/api'
import { createKeyring, defineAccess, hmacSha256, type KeyringOptions, type PolicyInput } from '@keywright/core'
import { requireKey } from '@keywright/express'
import { kyselyStore } from '@keywright/kysely'
import express from 'express'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openDatabases } from './support/databases.js'
import { serve } from './support/serve.js'

const access = defineAccess({
  scopes: {
    'api_keys.read': 'View API keys',
    'api_keys.create': 'Create new keys',
    'api_keys.revoke': 'Revoke keys',
    'api_keys.manage_all': 'Manage the keys of others',
    'members.read': 'View team members',
  },
})

const databases = await openDatabases()

const dayMs = 86_400_000

describe.each(databases)('a policy for keys, over HTTP and $name', ({ db, tablePrefix }) => {
  /** A product whose plan, and with it the policy, can be another one later. */
  async function open(options: Partial<KeyringOptions<typeof access>> & { readonly strict: PolicyInput }) {
    const { strict, ...rest } = options
    const org = `acme-${randomUUID()}`
    const plan = { name: 'strict' }
    const keyring = createKeyring({
      prefix: 'tk',
      access,
      store: kyselyStore(db, { tablePrefix }),
      hasher: hmacSha256({ current: 'p1', peppers: { p1: 'a pepper of 32 bytes, for tests.' } }),
      resolveOwner: () => ({ scopes: ['*'] }),
      plans: { strict: { maxKeys: 'unlimited', policy: strict }, loose: { maxKeys: 'unlimited' } },
      resolvePlan: () => plan.name,
      ...rest,
    })
    onTestFinished(() => keyring.close())
    const api = managementApi(keyring, {
      authenticate: (request) => {
        const id = /session=(\w+)/.exec(request.headers.get('cookie') ?? '')?.[1]
        return id === undefined ? null : { actor: { type: 'user', id }, authority: { scopes: ['*'] } }
      },
      organization: () => org,
    })
    const app = express()
    app.use('/api/api-keys', nodeListener(api))
    app.get('/members', requireKey(keyring, { scopes: ['members.read'] }), (_, res) => {
      res.json({})
    })
    const call = await serve(app)
    const manage = async (request: string, body?: object) => {
      const answer = await call(request.replace(' ', ' /api/api-keys'), null, {
        headers: { Cookie: 'session=ada' },
        body,
      })
      // biome-ignore lint/suspicious/noExplicitAny: what came over the wire
      return { status: answer.status, body: answer.body as any }
    }
    const use = async (token: string) => (await call('GET /members', token)).status
    return { keyring, org, plan, manage, use }
  }

  const key = { name: 'ci', scopes: ['members.read'] }
  const inDays = (days: number) => new Date(Date.now() + days * dayMs).toISOString()

  it('B18: is held on each way in, named field by field, and told to the page that asks for a key', async () => {
    const { manage, use } = await open({
      strict: { maxLifetimeMs: 90 * dayMs, requireIpAllowList: true },
      policy: { defaultLifetimeMs: 30 * dayMs },
    })
    const { body: catalog } = await manage('GET /catalog')
    expect(catalog.policy).toEqual({
      max_lifetime_ms: 90 * dayMs,
      default_lifetime_ms: 30 * dayMs,
      require_expiry: false,
      require_ip_allow_list: true,
    })
    expect(catalog.limits.expires_at.may_be_null).toBe(false)

    const refused = await manage('POST /', { ...key, expires_at: inDays(91) })
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'policy_violated', errors: [{ pointer: '/expires_at' }, { pointer: '/ip_allow_list' }] },
    })
    expect(refused.body.errors[0].detail).toMatch(/no later than .*Z, which is 90 days after the creation/)
    const addresses = { ip_allow_list: ['127.0.0.1', '::1'] }
    expect((await manage('POST /', { ...key, ...addresses, expires_at: null })).status).toBe(409)

    const made = await manage('POST /', { ...key, ...addresses })
    expect(made.status).toBe(201)
    const lifetimeMs = Date.parse(made.body.expires_at) - Date.parse(made.body.created_at)
    expect(lifetimeMs).toBe(30 * dayMs)
    expect(await use(made.body.token)).toBe(200)
    const latest = new Date(Date.parse(made.body.created_at) + 90 * dayMs)
    expect((await manage(`PATCH /${made.body.id}`, { expires_at: latest.toISOString() })).status).toBe(200)
    const later = new Date(latest.getTime() + 1).toISOString()
    expect(await manage(`PATCH /${made.body.id}`, { expires_at: later })).toMatchObject({
      status: 409,
      body: { code: 'policy_violated', errors: [{ pointer: '/expires_at' }] },
    })
    expect((await manage(`POST /${made.body.id}/rotate`, {})).status).toBe(200)
    expect((await manage('POST /', { copy_from: made.body.id, name: 'copy', expires_at: inDays(1) })).status).toBe(201)
  })

  it('B18: leaves keys that were there before it alone, lists them, and lets them be brought into line or ended', async () => {
    const { keyring, org, plan, manage, use } = await open({ strict: { maxLifetimeMs: 90 * dayMs } })
    plan.name = 'loose'
    const old = await manage('POST /', { ...key, name: 'old', expires_at: null })
    const other = await manage('POST /', { ...key, name: 'other', expires_at: inDays(400) })
    await manage('POST /', { ...key, expires_at: inDays(10) })
    expect((await manage('GET /?breaks_policy=true')).body.data).toEqual([])

    plan.name = 'strict'
    const broken = async () => {
      const { body } = await manage('GET /?breaks_policy=true&status=active,disabled&sort=name&total=true')
      expect(body.total.count).toBe(body.data.length)
      return body.data.map(({ name }: { name: string }) => name)
    }
    expect(await broken()).toEqual(['old', 'other'])
    const finding = (await keyring.doctor()).find(({ code }) => code === 'policy_broken')
    expect(finding?.message).toMatch(/Keys that break the policy: \d+ of the oldest \d+/)
    expect(await use(old.body.token)).toBe(200)

    expect((await manage(`PATCH /${old.body.id}`, { name: 'older' })).status).toBe(200)
    expect(await manage(`POST /${old.body.id}/rotate`, {})).toMatchObject({ body: { code: 'policy_violated' } })
    await manage(`POST /${old.body.id}/disable`, {})
    expect(await manage(`POST /${old.body.id}/enable`, {})).toMatchObject({ body: { code: 'policy_violated' } })
    const several = await manage('POST /bulk/enable', { ids: [old.body.id] })
    expect(several.body.data).toMatchObject([{ result: 'refused', code: 'policy_violated' }])

    expect((await manage(`PATCH /${old.body.id}`, { expires_at: inDays(30) })).status).toBe(200)
    expect((await manage(`POST /${old.body.id}/enable`, {})).status).toBe(200)
    expect(await broken()).toEqual(['other'])
    const ended = await manage('POST /bulk/revoke', { filter: { breaks_policy: true } })
    expect(ended.body.data).toMatchObject([{ id: other.body.id, result: 'done' }])
    expect([await use(old.body.token), await use(other.body.token)]).toEqual([200, 401])
    expect(await keyring.audit.verify({ organizationId: org })).toMatchObject({ ok: true })
  })
})
