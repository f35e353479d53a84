import { randomUUID } from 'node:crypto'
import { managementApi, nodeListener } from '@keywright/api'
import { createKeyring, defineAccess, hmacSha256 } from '@keywright/core'
import { requireKey } from '@keywright/express'
import { kyselyStore } from '@keywright/kysely'
import express from 'express'
import { sql } from 'kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openDatabases } from './support/databases.js'
import { serve } from './support/serve.js'

const access = defineAccess({
  scopes: {
    'api_keys.read': 'View API keys',
    'api_keys.create': 'Create new keys',
    'api_keys.manage_all': { description: 'Manage the keys of others', sensitive: true },
    'answers.write': 'Ask questions',
  },
})

const databases = await openDatabases()

describe.each(databases)('B18: the budget of a key, over HTTP and $name', ({ db, tablePrefix }) => {
  async function open() {
    const org = `acme-${randomUUID()}`
    const own = ['answers.write', 'api_keys.read', 'api_keys.create']
    const scopesOf = (id: string) => (id === 'mia' ? own : ['*'])
    const keyring = createKeyring({
      prefix: 'tk',
      access,
      store: kyselyStore(db, { tablePrefix }),
      hasher: hmacSha256({ current: 'p1', peppers: { p1: 'a pepper of 32 bytes, for tests.' } }),
      resolveOwner: ({ id }) => ({ scopes: scopesOf(id) }),
      budgets: { organization: { limit: 40 } },
    })
    onTestFinished(() => keyring.close())
    const api = managementApi(keyring, {
      authenticate: (request) => {
        const id = /session=(\w+)/.exec(request.headers.get('cookie') ?? '')?.[1]
        return id === undefined ? null : { actor: { type: 'user', id }, authority: { scopes: scopesOf(id) } }
      },
      organization: () => org,
    })
    const app = express()
    app.use('/api/api-keys', nodeListener(api))
    app.post('/answers', requireKey(keyring, { scopes: ['answers.write'], cost: 10 }), (_, res) => {
      res.json({})
    })
    const call = await serve(app)
    const manage = async (as: string, request: string, body?: object, headers: Record<string, string> = {}) => {
      const carried = { headers: { Cookie: `session=${as}`, ...headers }, body }
      const answer = await call(request.replace(' ', ' /api/api-keys'), null, carried)
      // biome-ignore lint/suspicious/noExplicitAny: what came over the wire
      return { status: answer.status, body: answer.body as any }
    }
    const use = async (token: string) => {
      const { status, body } = await call('POST /answers', token)
      return status === 200 ? status : (body as { readonly exhausted: readonly string[] }).exhausted
    }
    return { keyring, org, manage, use }
  }

  it('is set by its owner, spent, granted more, and bounded by what the organization has', async () => {
    const { keyring, org, manage, use } = await open()
    const made = await manage('mia', 'POST /', { name: 'ci', scopes: ['answers.write'], budget: { limit: 20 } })
    expect([made.status, made.body.budget]).toEqual([201, { limit: 20, refill: null }])
    const { id, token } = made.body
    expect([await use(token), await use(token), await use(token)]).toEqual([200, 200, ['key']])
    const left = async () => {
      const { body } = await manage('mia', `GET /${id}/budget`)
      return body.data.map((state: { holder: string; remaining: number }) => [state.holder, state.remaining])
    }
    expect(await left()).toEqual([
      ['key', 0],
      ['organization', 20],
    ])
    const once = { 'Idempotency-Key': 'invoice-1' }
    expect((await manage('mia', `POST /${id}/budget/grant`, { credits: 30 }, once)).status).toBe(403)
    const grants = await Promise.all(
      [1, 2, 3].map(() => manage('ada', `POST /${id}/budget/grant`, { credits: 30 }, once)),
    )
    expect(grants.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(await left()).toEqual([
      ['key', 30],
      ['organization', 20],
    ])
    // What is granted to a key is no more than the organization has.
    expect([await use(token), await use(token), await use(token)]).toEqual([200, 200, ['organization']])
    const { records } = await keyring.audit.list({ organizationId: org, limit: 10 })
    const granted = records.filter(({ type }) => type === 'budget.granted')
    expect(granted).toHaveLength(1)
    expect(granted[0]).toMatchObject({ keyId: id, data: { credits: 30 }, actor: { id: 'ada' } })
    expect(await keyring.audit.verify({ organizationId: org })).toMatchObject({ ok: true })
  }, 60_000)

  it('of a deleted key goes with its tombstone, and what the organization spent stays spent', async () => {
    const { keyring, org, manage, use } = await open()
    const { body } = await manage('mia', 'POST /', { name: 'ci', scopes: ['answers.write'], budget: { limit: 20 } })
    expect(await use(body.token)).toBe(200)
    await keyring.revoke(body.id)
    await keyring.delete(body.id)
    const accounts = async () => {
      const budgets = sql.table(`${tablePrefix}api_key_budgets`)
      const { rows } = await sql`select holder from ${budgets} where organization_id = ${org} order by holder`.execute(
        db,
      )
      return rows
    }
    expect(await accounts()).toEqual([{ holder: 'key' }, { holder: 'organization' }])
    await sql`update ${sql.table(`${tablePrefix}api_keys`)} set deleted_at = 1 where id = ${body.id}`.execute(db)
    await keyring.prune({ tombstonesOlderThanMs: 2 * 86_400_000 })
    expect(await accounts()).toEqual([{ holder: 'organization' }])
    expect(await keyring.budgets.get({ organizationId: org })).toMatchObject([{ remaining: 30 }])
  }, 60_000)
})
