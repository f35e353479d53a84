import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Access, defineAccess, type Keyring, type OwnerAuthority, sealer } from '@keywright/core'
import { type KyselyLike, kyselyWebhookStore } from '@keywright/kysely'
import { makeWebhookSecret, type WebhooksOptions, webhooks } from '@keywright/webhooks'
import { type ReceivedWebhook, verifyWebhook } from '@keywright/webhooks/receiver'
import { describe, expect, it, onTestFinished } from 'vitest'
import { sqliteFile } from './support/sqlite-file.js'

/** The webhooks of a product, over its own database. They go to receivers of this machine. */
function hooksOf<A extends Access>(
  { keyring, db }: { readonly keyring: Keyring<A>; readonly db: KyselyLike },
  options: Pick<WebhooksOptions<A>, 'events' | 'keyEvents'>,
) {
  const hooks = webhooks(keyring, {
    store: kyselyWebhookStore(db),
    sealer: sealer({ current: 'w1', keys: { w1: Buffer.alloc(32, 9) } }),
    delivery: { allowLoopback: true },
    ...options,
  })
  onTestFinished(() => hooks.close())
  return hooks
}

/** A customer's server: it keeps what was signed with its secret, and counts what was not. */
async function customer() {
  const heard: ReceivedWebhook[] = []
  let secret = makeWebhookSecret() // not yet that of the endpoint
  let forged = 0
  const server = createServer(async (request, response) => {
    const verdict = await verifyWebhook(request, secret)
    if (verdict.ok) heard.push(verdict.event)
    else forged += 1
    response.writeHead(verdict.ok ? 204 : 400).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo // it listens on TCP
  return {
    url: `http://127.0.0.1:${port}/hook`,
    learn: (shown: string) => {
      secret = shown
    },
    said: () => heard.splice(0).map(({ type, data }) => ({ type, data })),
    forged: () => forged,
  }
}

describe('webhooks of boards (AgentKanban)', () => {
  const access = defineAccess({
    scopes: { 'tasks.read': 'List tasks', 'tasks.move': 'Move tasks' },
    resources: { board: { levels: { read: ['tasks.read'], edit: ['tasks.move'] } } },
  })
  const events = { 'task.moved': { description: 'A task was moved', scope: 'tasks.read' } } as const
  const ana = { type: 'user', id: 'ana', organizationId: 'studio' } as const
  const byAna = { actor: { type: 'user', id: 'ana' } } as const

  async function kanban() {
    const members = new Map<string, OwnerAuthority>([
      ['ana', { levels: { board: { roadmap: 'edit', bugs: 'read' } } }],
      ['bo', { levels: { board: { hiring: 'edit' } } }],
    ])
    const product = await (await sqliteFile()).open({
      prefix: 'ak',
      access,
      resolveOwner: ({ id }) => members.get(id) ?? null,
    })
    const hooks = hooksOf(product, { events })
    const bot = { mode: 'specific', levels: { roadmap: 'read', hiring: 'read' } } as const
    const { key } = await product.keyring.create({ name: 'bot', owner: ana, resources: { board: bot } })
    const moved = async (board: string) => {
      const resource = { type: 'board', id: board }
      await hooks.publish({ type: 'task.moved', organizationId: 'studio', resource, data: { board } })
      await hooks.run()
    }
    return { ...product, hooks, members, key, moved }
  }

  it('A11: a key’s endpoint hears of the boards that the key can access now, and of no other', async () => {
    const { hooks, members, key, moved, keyring } = await kanban()
    const { url, learn, said, forged } = await customer()
    learn((await hooks.create({ keyId: key.id, url }, byAna)).secret.reveal())
    const roadmap = [{ type: 'task.moved', data: { board: 'roadmap' } }]
    await moved('roadmap')
    expect(said()).toEqual(roadmap)
    await moved('bugs') // Ana's, not the key's
    await moved('hiring') // the key's, not Ana's
    expect(said()).toEqual([])

    members.set('ana', { levels: { board: { hiring: 'read' } } })
    await moved('roadmap')
    await moved('hiring')
    expect(said()).toEqual([{ type: 'task.moved', data: { board: 'hiring' } }])
    members.set('ana', { levels: { board: { roadmap: 'read' } } })
    await keyring.disable(key.id, {}, byAna)
    await moved('roadmap')
    expect(said()).toEqual([])
    await keyring.enable(key.id, byAna)
    await moved('roadmap')
    expect(said()).toEqual(roadmap)
    expect(forged()).toBe(0)
  })

  it('A11: an event that waits for another attempt is not sent once its board is lost', async () => {
    const { hooks, members, key, moved, store } = await kanban()
    const { url, learn, said, forged } = await customer()
    const { endpoint, secret } = await hooks.create({ keyId: key.id, url }, byAna)
    await moved('roadmap') // refused, as the customer does not know the secret yet
    expect(forged()).toBe(1)
    learn(secret.reveal())
    members.set('ana', { levels: { board: {} } })
    const until = (await store.now()).getTime() + 10_000
    while ((await hooks.status()).waiting > 0 && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 250))
      await hooks.run()
    }
    expect(said()).toEqual([])
    const { deliveries } = await hooks.deliveries({ endpointId: endpoint.id })
    expect(deliveries).toMatchObject([{ status: 'dropped', reason: 'insufficient_scope', attempts: 1 }])
  })

  it('A11: endpoints are managed within the rights of the key’s owner, and each change is logged', async () => {
    const { hooks, key, keyring } = await kanban()
    const { url } = await customer()
    const byBo = { actor: { type: 'user', id: 'bo' } } as const
    await expect(hooks.create({ keyId: key.id, url }, byBo)).rejects.toMatchObject({ code: 'scope_exceeds_actor' })
    const { endpoint } = await hooks.create({ keyId: key.id, url }, byAna)
    await hooks.rotateSecret(endpoint.id, {}, byAna)
    await hooks.pause(endpoint.id, byAna)
    await hooks.resume(endpoint.id, byAna)
    await hooks.test(endpoint.id, byAna)
    await hooks.delete(endpoint.id, byAna)
    const { records } = await keyring.audit.list({ organizationId: 'studio' })
    expect(records.map(({ type, actor }) => `${actor.id} ${type}`).reverse()).toEqual([
      'keyring api_key.created',
      ...['created', 'secret_rotated', 'paused', 'resumed', 'tested', 'deleted'].map((what) => `ana webhook.${what}`),
    ])
    expect(await keyring.audit.verify({ organizationId: 'studio' })).toMatchObject({ ok: true })
  })
})

describe('webhooks of the audit log (Takumo)', () => {
  const access = defineAccess({
    scopes: { 'audit.webhook_manage': 'Manage audit webhooks', 'fleet.read': 'View fleet' },
  })

  it('K11: an organisation hears of what happens to its keys, through a key with audit.webhook_manage', async () => {
    const product = await (await sqliteFile()).open({ prefix: 'tk', access, resolveOwner: 'uncapped' })
    const { keyring } = product
    const hooks = hooksOf(product, { events: {}, keyEvents: { scope: 'audit.webhook_manage' } })
    const owner = { type: 'organization', id: 'acme' } as const
    const auditor = await keyring.create({ name: 'siem', owner, scopes: ['audit.webhook_manage'] })
    const plain = await keyring.create({ name: 'plain', owner, scopes: ['fleet.read'] })
    const [siem, other] = [await customer(), await customer()]
    siem.learn((await hooks.create({ keyId: auditor.key.id, url: siem.url })).secret.reveal())
    other.learn((await hooks.create({ keyId: plain.key.id, url: other.url })).secret.reveal())

    const byMia = { actor: { type: 'user', id: 'mia' } } as const
    const { key } = await keyring.create({ name: 'ci-pipeline', owner, scopes: ['fleet.read'] })
    await keyring.revoke(key.id, { reason: 'offboarding' }, byMia)
    await keyring.create({ name: 'elsewhere', owner: { type: 'organization', id: 'umbrella' }, scopes: ['fleet.read'] })
    await hooks.run()
    const about = { key_id: key.id, organization_id: 'acme' }
    const [created, revoked] = siem.said().sort((a, b) => a.type.localeCompare(b.type))
    expect(created).toMatchObject({ type: 'api_key.created', data: about })
    expect(revoked).toMatchObject({ type: 'api_key.revoked', data: { ...about, actor: { type: 'user', id: 'mia' } } })
    expect(siem.said()).toEqual([])
    expect(other.said()).toEqual([])
  })
})
