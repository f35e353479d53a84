import { sealer } from '@keywright/core'
import {
  makeWebhookSecret,
  memoryWebhookStore,
  type Webhooks,
  type WebhooksOptions,
  webhooks,
} from '@keywright/webhooks'
import { verifyWebhook } from '@keywright/webhooks/receiver'
import { describe, expect, it, onTestFinished } from 'vitest'
import { bodyOf, receive } from '../../webhooks/test/receiver.js'
import type { Caller, WebhookManager } from '../src/index.js'
import { type Answer, access, everything, open, ownKeys, type TestOptions } from './setup.js'

/** Its methods as fields, whose parameters the compiler compares the right way round. */
type Fields<T> = { [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => R : T[K] }
// The package imports no type of the other one, so the compiler is asked here whether the two still fit.
const asManager = (hooks: Webhooks): Fields<WebhookManager> => hooks

const events = { 'member.joined': { description: 'A member joined.', scope: 'members.read' } } as const
const seal = sealer({ current: 'w1', keys: { w1: new Uint8Array(32).fill(7) } })
const withHooks = [...ownKeys, 'webhooks.read', 'webhooks.manage']
const nobodys = 'A'.repeat(12)
const none = `we_${'0'.repeat(24)}`
const secretPattern = /whsec_[\w+/=]+/g

type Hooks = Webhooks<keyof typeof events>

interface HookOptions extends TestOptions {
  readonly maxEndpoints?: number
  readonly delivery?: WebhooksOptions['delivery']
}

/** The product of the other tests, with webhooks that mia and max may manage for their own keys. */
function opened({ maxEndpoints = 5, delivery, ...options }: HookOptions = {}) {
  const made: { hooks?: Hooks } = {}
  const product = open({
    ...options,
    webhooks: (keyring, keys) => {
      made.hooks = webhooks(keyring, {
        ...{ store: memoryWebhookStore(keys), sealer: seal, events, maxEndpoints },
        delivery: { allowLoopback: true, timeoutMs: 5_000, ...delivery },
      })
      return made.hooks
    },
  })
  const { people, org, create, send } = product
  people[org] = { ...people[org], mia: withHooks, max: withHooks }
  const hooks = made.hooks as Hooks // `open` has made them
  onTestFinished(() => hooks.close())
  const attach = async (as = 'mia', url = 'https://example.com/hook') => {
    const { id } = await create(as, { name: 'ci', scopes: ['members.read'] })
    const { status, text, body } = await send(`POST /${id}/webhooks`, { as, body: { url } })
    expect(status, text).toBe(201)
    return { id, webhook: body.id as string, secret: body.secret as string, at: `/${id}/webhooks/${body.id}` }
  }
  const publish = () => hooks.publish({ type: 'member.joined', organizationId: org, data: { id: 'zoe' } })
  return { ...product, hooks, attach, publish }
}

interface Receiver {
  readonly url: string
  /** What it checks signatures with. */
  secret: string
  /** What it was sent, and whether the signature was right. */
  readonly got: { readonly id: string; readonly type: string; readonly ok: boolean }[]
}

/** A server on this machine that answers 204. */
async function receiver(): Promise<Receiver> {
  const got: Receiver['got'] = []
  const url = await receive(async (request, response) => {
    const rawBody = await bodyOf(request)
    const { ok } = await verifyWebhook({ headers: request.headers, rawBody }, made.secret)
    got.push({ id: String(request.headers['webhook-id']), type: JSON.parse(rawBody).type, ok })
    response.writeHead(204).end()
  })
  const made: Receiver = { url, got, secret: makeWebhookSecret() }
  return made
}

const replayAll = { from: '2000-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' }

/** Every operation on webhooks, with a valid body and the scope that it needs. */
const operations = [
  ['GET /:id/webhooks', undefined, 'webhooks.read'],
  ['POST /:id/webhooks', { url: 'https://example.com/other' }, 'webhooks.manage'],
  ['GET /:id/webhooks/:webhook', undefined, 'webhooks.read'],
  ['PATCH /:id/webhooks/:webhook', { description: 'new' }, 'webhooks.manage'],
  ['POST /:id/webhooks/:webhook/rotate-secret', { grace_ms: 1_000 }, 'webhooks.manage'],
  ['GET /:id/webhooks/:webhook/deliveries', undefined, 'webhooks.read'],
  ['POST /:id/webhooks/:webhook/replay', replayAll, 'webhooks.manage'],
  ['POST /:id/webhooks/:webhook/test', undefined, 'webhooks.manage'],
  ['POST /:id/webhooks/:webhook/pause', undefined, 'webhooks.manage'],
  ['POST /:id/webhooks/:webhook/resume', undefined, 'webhooks.manage'],
  ['DELETE /:id/webhooks/:webhook', undefined, 'webhooks.manage'],
] as const
const ofAll = [
  ['GET /webhooks/events', undefined, 'webhooks.read'],
  ['GET /webhooks/status', undefined, 'webhooks.read'],
] as const

const named = (request: string, id: string, webhook: string) => request.replace(':id', id).replace(':webhook', webhook)

describe('a webhook over HTTP (HTTP-30)', () => {
  it('is created, read, changed, paused, resumed and deleted, and each change is in the log', async () => {
    const { create, send } = opened()
    const { id } = await create('mia')
    const created = await send(`POST /${id}/webhooks`, {
      body: { url: 'https://example.com/hook', types: ['member.joined'], description: 'Fills the cache.' },
    })
    const { secret, ...webhook } = created.body
    expect([created.status, created.headers.get('location'), created.headers.get('cache-control')]).toEqual([
      201,
      `/api/api-keys/${id}/webhooks/${webhook.id}`,
      'no-store',
    ])
    expect(secret).toMatch(/^whsec_/)
    expect(webhook).toEqual({
      id: expect.stringMatching(/^we_[0-9a-f]{24}$/),
      key_id: id,
      url: 'https://example.com/hook',
      types: ['member.joined'],
      description: 'Fills the cache.',
      status: 'active',
      disabled_reason: null,
      version: 1,
      created_by: { type: 'user', id: 'mia' },
      created_at: expect.any(String),
      updated_at: webhook.created_at,
      failing_since: null,
      previous_secret_expires_at: null,
    })
    const at = `/${id}/webhooks/${webhook.id}`
    expect((await send(`GET ${at}`)).body).toEqual(webhook)
    expect((await send(`GET /${id}/webhooks`)).body).toEqual({ data: [webhook], next_cursor: null })

    const changes = { url: 'https://example.com/second', types: null, description: null }
    expect((await send(`PATCH ${at}`, { body: changes })).body).toMatchObject({ ...changes, version: 2 })
    expect((await send(`PATCH ${at}`, { body: {} })).body).toMatchObject({ ...changes, version: 2 })
    expect((await send(`POST ${at}/pause`)).body).toMatchObject({ status: 'paused' })
    expect((await send(`POST ${at}/resume`)).body).toMatchObject({ status: 'active' })
    const deleted = await send(`DELETE ${at}`)
    expect([deleted.status, deleted.text]).toEqual([204, ''])
    expect(await send(`GET ${at}`)).toMatchObject({ status: 404, body: { code: 'webhook_not_found' } })
    expect((await send(`GET /${id}/webhooks`)).body.data).toEqual([])

    const { data } = (await send(`GET /audit?key_id=${id}`, { as: 'ada' })).body
    expect(data.map(({ type }: { type: string }) => type)).toEqual([
      ...['webhook.deleted', 'webhook.resumed', 'webhook.paused', 'webhook.updated', 'webhook.created'],
      'api_key.created',
    ])
    expect(data[0]).toMatchObject({ actor: { id: 'mia' }, key_id: id, context: { request_id: 'test-request' } })
  })

  it('is sent events, whose deliveries are shown, and sent them again', async () => {
    const { attach, send, hooks, publish } = opened()
    const target = await receiver()
    const { at, webhook, secret } = await attach('mia', target.url)
    target.secret = secret
    const tested = await send(`POST ${at}/test`)
    expect(tested.body).toEqual({
      event_id: expect.stringMatching(/^evt_/),
      outcome: 'delivered',
      reason: null,
      status: 204,
      error: null,
      text: '',
      latency_ms: expect.any(Number),
    })
    const { eventId } = await publish()
    await hooks.run()
    const again = await send(`POST ${at}/replay`, { body: { event_id: eventId } })
    expect([again.status, again.body]).toEqual([202, { queued: 1 }])
    const waits = (await send(`GET ${at}/deliveries?status=pending&status=held`)).body.data
    expect(waits).toMatchObject([{ event_id: eventId, status: 'pending' }])
    await hooks.run()
    expect(target.got).toEqual([
      { id: tested.body.event_id, type: 'webhook.test', ok: true },
      { id: eventId, type: 'member.joined', ok: true },
      { id: eventId, type: 'member.joined', ok: true },
    ])

    const { data } = (await send(`GET ${at}/deliveries?status=delivered,failed`)).body
    expect(data.map(({ event_id: id }: { event_id: string }) => id).sort()).toEqual(
      [eventId, tested.body.event_id].sort(),
    )
    const one = await send(`GET ${at}/deliveries/${eventId}`)
    expect(one.body).toMatchObject({
      webhook_id: webhook,
      event_type: 'member.joined',
      status: 'delivered',
      reason: null,
      next_at: null,
      log: [{ status: 204, error: null, text: '', latency_ms: expect.any(Number) }, { status: 204 }],
    })
    expect(data).toContainEqual(one.body)
    expect((await send(`GET ${at}/deliveries?status=dropped`)).body.data).toEqual([])
    expect(await send(`GET ${at}/deliveries/evt_none`)).toMatchObject({ status: 404, body: { code: 'not_found' } })
    // What was delivered is not sent again, by time.
    expect((await send(`POST ${at}/replay`, { body: replayAll })).body).toEqual({ queued: 0 })
  })

  it('signs with both secrets for a while after a rotation', async () => {
    const { attach, send } = opened()
    const target = await receiver()
    const { at, secret } = await attach('mia', target.url)
    const rotated = await send(`POST ${at}/rotate-secret`, { body: { grace_ms: 3_600_000 } })
    expect([rotated.status, rotated.headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(rotated.body.secret).not.toBe(secret)
    expect(rotated.body.previous_secret_expires_at).toEqual(expect.any(String))
    for (const one of [secret, rotated.body.secret]) {
      target.secret = one
      await send(`POST ${at}/test`)
    }
    expect(target.got.map(({ ok }) => ok)).toEqual([true, true])
    const ended = await send(`POST ${at}/rotate-secret`, { body: { grace_ms: 0 } })
    expect(ended.body.previous_secret_expires_at).toBeNull()
    await send(`POST ${at}/test`)
    expect(target.got[2]?.ok).toBe(false)
    // The default is a day.
    const { previous_secret_expires_at: end, updated_at: at2 } = (await send(`POST ${at}/rotate-secret`)).body
    expect(Date.parse(end) - Date.parse(at2)).toBe(86_400_000)
  })

  it('shows of an answer no header, and at most 1024 characters', async () => {
    const { attach, send } = opened()
    const url = await receive((request, response) => {
      request.resume()
      response.writeHead(500, { 'X-Internal': 'canary-header', 'Set-Cookie': 'canary-cookie' }).end('y'.repeat(5_000))
    })
    const { at } = await attach('mia', url)
    const tested = await send(`POST ${at}/test`)
    expect(tested.body).toMatchObject({ outcome: 'failed', status: 500, error: 'status', text: 'y'.repeat(1_024) })
    const listed = await send(`GET ${at}/deliveries`)
    expect(listed.body.data).toMatchObject([{ status: 'failed', log: [{ text: 'y'.repeat(1_024) }] }])
    for (const { text, headers } of [tested, listed]) {
      expect(`${text}${[...headers].join()}`).not.toMatch(/canary/)
    }
  })

  it('is sent no test while its key is disabled, and says why', async () => {
    const { attach, send } = opened()
    const target = await receiver()
    const { id, at } = await attach('mia', target.url)
    await send(`POST /${id}/disable`)
    expect((await send(`POST ${at}/test`)).body).toEqual({
      event_id: expect.any(String),
      outcome: 'not_sent',
      reason: expect.stringMatching(/disabled/),
      status: null,
      error: null,
      text: '',
      latency_ms: null,
    })
    expect(target.got).toEqual([])
  })

  it('comes in pages, as its deliveries do, each with a link to the next', async () => {
    const { attach, send, hooks, publish } = opened()
    const target = await receiver()
    const { id, at } = await attach('mia', target.url)
    for (const path of ['a', 'b']) {
      await send(`POST /${id}/webhooks`, { body: { url: `https://example.com/${path}` } })
    }
    await publish()
    await publish()
    await hooks.run()
    for (const [path, count] of [
      [`/${id}/webhooks`, 3],
      [`${at}/deliveries`, 2],
    ] as const) {
      const seen = new Set<string>()
      let next: string | undefined = `${path}?limit=1`
      while (next !== undefined) {
        const page: Answer = await send(`GET ${next}`)
        for (const entry of page.body.data) seen.add(entry.event_id ?? entry.id)
        expect(page.body.data).toHaveLength(1)
        const link: string | undefined = /^<\/api\/api-keys(.+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1]
        expect(link === undefined).toBe(page.body.next_cursor === null)
        next = link
      }
      expect(seen.size).toBe(count)
    }
  })

  it('may be kept by its reader, who is told whether it is still right', async () => {
    const { attach, send } = opened()
    const { id, at } = await attach()
    for (const path of [at, `/${id}/webhooks`, `${at}/deliveries`, '/webhooks/events']) {
      const first = await send(`GET ${path}`)
      expect(first.headers.get('cache-control')).toBe('private, no-cache')
      const headers = { 'If-None-Match': first.headers.get('etag') ?? '' }
      expect((await send(`GET ${path}`, { headers })).status, path).toBe(304)
    }
    const headers = { 'If-None-Match': (await send(`GET ${at}`)).headers.get('etag') ?? '' }
    await send(`POST ${at}/pause`)
    expect((await send(`GET ${at}`, { headers })).status).toBe(200)
  })

  it('names its creator, where the product names people', async () => {
    const describePeople = () => ({ users: { mia: 'Mia Moon' } })
    const { attach, send } = opened({ api: { describe: describePeople } })
    const { id, at } = await attach()
    const named = { created_by: { type: 'user', id: 'mia', name: 'Mia Moon' } }
    expect((await send(`GET ${at}`)).body).toMatchObject(named)
    expect((await send(`GET /${id}/webhooks`)).body.data).toMatchObject([named])
  })
})

describe('the secret of a webhook (HTTP-30)', () => {
  it('is in the answers to its creation and rotation alone, and in no record; of its URL the log has the host', async () => {
    const { attach, send, answers, dump, hooks, publish } = opened()
    const { id, at, webhook } = await attach('mia', 'https://example.com/canary-path?canary=query')
    await publish()
    await hooks.pause(webhook)
    await hooks.run()
    await hooks.resume(webhook)
    const shown = [answers.at(-1)]
    for (const [request, body] of [...operations.filter(([each]) => !each.endsWith('/test')), ...ofAll]) {
      await send(named(request, id, webhook), { as: 'ada', body })
      if (/rotate-secret|POST \/:id\/webhooks$/.test(request)) shown.push(answers.at(-1))
    }
    expect((await send(`GET ${at}`)).status).toBe(404) // the last one deleted it
    const secrets = shown.flatMap((answer) => answer?.text.match(secretPattern) ?? [])
    expect(new Set(secrets).size).toBe(3)
    await send('GET /audit', { as: 'ada' })
    await send('GET /audit/export', { as: 'ada' })
    await send('GET /openapi.json')
    const others = answers.filter((answer) => !shown.includes(answer))
    expect(others.length).toBeGreaterThan(10)
    for (const { text, headers } of others) expect(`${text}${[...headers].join()}`).not.toMatch(secretPattern)
    const log = (await send('GET /audit', { as: 'ada' })).text + (await dump())
    expect(log).toContain('webhook.secret_rotated')
    expect(log).toContain('"host":"example.com"')
    expect(log).not.toMatch(/whsec_|canary/)
  })
})

describe('who may manage webhooks (HTTP-30)', () => {
  it.each([...operations, ...ofAll])(
    '%s answers 403 and names the scope when the caller lacks it',
    async (request, body, scope) => {
      const { attach, send, people, org, dump } = opened()
      const { id, webhook } = await attach()
      const all = [...withHooks, 'api_keys.manage_all']
      people[org] = { ...people[org], mia: all.filter((each) => each !== scope) }
      const before = await dump()
      const at = named(request, id, webhook)
      expect(await send(at, { body })).toMatchObject({ status: 403, body: { code: 'not_permitted', missing: [scope] } })
      expect(await dump()).toBe(before)
      people[org] = { ...people[org], mia: all }
      if (!at.endsWith('/test')) expect((await send(at, { body })).status).toBeLessThan(300)
    },
  )

  it('those who manage all keys see how all webhooks of their organisation are doing, and nobody else does', async () => {
    const { attach, send, hooks, publish, other, org, people } = opened()
    const { webhook } = await attach('mia', (await receiver()).url)
    await publish()
    await hooks.run()
    await publish()
    expect(await send('GET /webhooks/status')).toMatchObject({
      status: 403,
      body: { missing: ['api_keys.manage_all'] },
    })
    const status = await send('GET /webhooks/status', { as: 'ada' })
    expect(status.body).toEqual({
      waiting: 1,
      held: 0,
      oldest: expect.any(String),
      oldest_ms: expect.any(Number),
      endpoints: [{ webhook_id: webhook, delivered: 1, failed: 0, dropped: 0, pending: 0, failure_rate: 0 }],
    })
    const elsewhere = await send('GET /webhooks/status', { as: 'eve', headers: { 'X-Organization': other } })
    expect(elsewhere.body).toEqual({ waiting: 0, held: 0, oldest: null, oldest_ms: 0, endpoints: [] })
    people[org] = { ...people[org], mia: ['api_keys.manage_all'] }
    expect((await send('GET /webhooks/status')).body).toMatchObject({ missing: ['webhooks.read'] })
  })

  it('readers see the types of events, with the scope that a key needs', async () => {
    const { send } = opened()
    expect((await send('GET /webhooks/events')).body).toEqual({
      data: [{ type: 'member.joined', description: 'A member joined.', scope: 'members.read' }],
    })
  })

  it('the catalog says who may', async () => {
    const { send, people, org } = opened()
    people[org] = { ...people[org], mia: ['webhooks.read'] }
    const { permissions } = (await send('GET /catalog')).body
    expect(permissions).toMatchObject({ webhooks_read: true, webhooks_manage: false })
  })

  it.each(operations)(
    '%s answers for the key of somebody else as for none, but to those who manage all',
    async (request, body) => {
      const { attach, send, dump, other } = opened()
      const { id, webhook } = await attach('max')
      const before = await dump()
      const strangers = [{ as: 'mia' }, { as: 'eve', headers: { 'X-Organization': other } }]
      for (const stranger of strangers) {
        const answer = await send(named(request, id, webhook), { ...stranger, body })
        expect(answer.status, answer.text).toBe(404)
        expect(answer.text).toBe((await send(named(request, nobodys, none), { ...stranger, body })).text)
      }
      expect(await dump()).toBe(before)
      if (request.endsWith('/test')) return
      expect((await send(named(request, id, webhook), { as: 'ada', body })).status).toBeLessThan(300)
    },
  )

  it.each(operations.filter(([request]) => request.includes(':webhook')))(
    '%s answers for a webhook of another key as for none, whoever asks',
    async (request, body) => {
      const { attach, create, send, dump } = opened()
      const { webhook } = await attach()
      const { id: sibling } = await create('mia')
      const before = await dump()
      for (const as of ['mia', 'ada']) {
        const answer = await send(named(request, sibling, webhook), { as, body })
        expect(answer).toMatchObject({ status: 404, body: { code: 'webhook_not_found' } })
        expect(answer.text).toBe((await send(named(request, sibling, none), { as, body })).text)
      }
      expect(await dump()).toBe(before)
    },
  )

  it('nobody makes a key hear for them what they may not read themselves', async () => {
    const { create, send, people, org, attach, dump } = opened()
    const { id } = await create('ada', { name: 'deploy', scopes: ['members.read', 'audit.read'] })
    const { body: webhook } = await send(`POST /${id}/webhooks`, { as: 'ada', body: { url: 'https://example.com/' } })
    await attach()
    people[org] = { ...people[org], mia: [...withHooks, 'api_keys.manage_all'] }
    const before = await dump()
    const givesNothing = /GET|pause|DELETE/
    for (const [request, body] of operations.filter(([each]) => !givesNothing.test(each))) {
      const answer = await send(named(request, id, webhook.id), { body })
      expect([request, answer.status, answer.body.code]).toEqual([request, 403, 'scope_exceeds_actor'])
    }
    expect(await dump()).toBe(before)
    expect((await send(`POST /${id}/webhooks/${webhook.id}/pause`)).status).toBe(200)
    expect((await send(`DELETE /${id}/webhooks/${webhook.id}`)).status).toBe(204)
  })
})

describe('an API key that manages webhooks (HTTP-30)', () => {
  const robot = async (scopes: readonly string[]) => {
    const world = opened({ allowKeyManagement: true, api: { allowKeys: true } })
    const target = await receiver()
    const self = await world.create('ada', { name: 'robot', scopes })
    const { id } = await world.create('ada', { name: 'sibling', scopes: ['members.read', 'audit.read'] })
    const { body } = await world.send(`POST /${id}/webhooks`, { as: 'ada', body: { url: target.url } })
    return { ...world, target, self, as: `key:${self.id}`, sibling: id, ofSibling: body.id as string }
  }

  it('attaches them to itself, and to none of its siblings', async () => {
    const { send, self, as, target, sibling, ofSibling } = await robot(withHooks)
    const { body } = await send(`POST /${self.id}/webhooks`, { as, body: { url: target.url } })
    expect(body.created_by).toEqual({ type: 'key', id: self.id })
    expect((await send(`POST /${self.id}/webhooks/${body.id}/test`, { as })).body).toMatchObject({
      outcome: 'delivered',
    })
    for (const [request, sent] of operations) {
      const answer = await send(named(request, sibling, ofSibling), { as, body: sent })
      expect([request, answer.status]).toEqual([request, 404])
    }
    expect(target.got).toHaveLength(1)
  })

  it('changes and sends nothing with its previous token, after a rotation with grace', async () => {
    const authenticate = async (request: Request): Promise<Caller | null> => {
      const verdict = await world.keyring.verify(request.headers.get('x-api-key') ?? '')
      if (!verdict.ok || verdict.principal.actor.type === 'system') return null
      const { actor, scopes } = verdict.principal
      return { actor, authority: { scopes }, ambient: false }
    }
    const world = opened({ allowKeyManagement: true, api: { allowKeys: true, authenticate } })
    const target = await receiver()
    const owner = { type: 'user', id: 'ada', organizationId: world.org } as const
    const { key, token: previous } = await world.keyring.create({ name: 'robot', owner, scopes: ['*'] })
    const { endpoint } = await world.hooks.create({ keyId: key.id, url: target.url })
    const { token: fresh } = await world.keyring.rotate(key.id, { graceMs: 60_000 })
    const before = await world.dump()
    for (const [request, body] of operations) {
      const headers = { 'X-API-Key': previous.reveal() }
      const answer = await world.send(named(request, key.id, endpoint.id), { as: null, body, headers })
      expect([request, answer.status]).toEqual([request, request.startsWith('GET') ? 200 : 403])
    }
    expect([await world.dump(), target.got]).toEqual([before, []])
    const headers = { 'X-API-Key': fresh.reveal() }
    expect((await world.send(`POST /${key.id}/webhooks/${endpoint.id}/test`, { as: null, headers })).status).toBe(200)
    expect(target.got).toHaveLength(1)
  })

  it('that manages all keys tests and replays nothing for a key that may do more than itself', async () => {
    const { send, as, target, sibling, ofSibling, publish, hooks } = await robot([...withHooks, 'api_keys.manage_all'])
    await publish()
    await hooks.run()
    const before = target.got.length
    for (const request of ['test', 'replay', 'rotate-secret', 'resume']) {
      const body = request === 'replay' ? replayAll : undefined
      const answer = await send(`POST /${sibling}/webhooks/${ofSibling}/${request}`, { as, body })
      expect([request, answer.status, answer.body.code]).toEqual([request, 403, 'scope_exceeds_actor'])
    }
    await hooks.run()
    expect(target.got).toHaveLength(before)
    expect((await send(`GET /${sibling}/webhooks/${ofSibling}`, { as })).status).toBe(200)
  })
})

describe('a request for webhooks that cannot be carried out (HTTP-30)', () => {
  it.each<[string, string, object | undefined, object]>([
    ['an address that is not public', 'POST /:id/webhooks', { url: 'https://10.0.0.1/' }, { pointer: '/url' }],
    ['no URL', 'POST /:id/webhooks', {}, { pointer: '/url', code: 'required' }],
    ['a user in the URL', 'PATCH /:id/webhooks/:webhook', { url: 'https://a:b@example.com/' }, { pointer: '/url' }],
    [
      'a type that nobody publishes',
      'POST /:id/webhooks',
      { url: 'https://example.com/', types: ['x'] },
      { pointer: '/types' },
    ],
    ['no type', 'PATCH /:id/webhooks/:webhook', { types: [] }, { pointer: '/types' }],
    [
      'a long description',
      'PATCH /:id/webhooks/:webhook',
      { description: 'x'.repeat(501) },
      { pointer: '/description' },
    ],
    [
      'a description that cannot be printed',
      'PATCH /:id/webhooks/:webhook',
      { description: '\u202e' },
      { pointer: '/description' },
    ],
    ['another key', 'PATCH /:id/webhooks/:webhook', { key_id: nobodys }, { pointer: '/key_id', code: 'unknown' }],
    [
      'a grace of eight days',
      'POST /:id/webhooks/:webhook/rotate-secret',
      { grace_ms: 691_200_000 },
      { pointer: '/grace_ms' },
    ],
    ['an event and a time', 'POST /:id/webhooks/:webhook/replay', { ...replayAll, event_id: 'evt_1' }, { pointer: '' }],
    ['half a time', 'POST /:id/webhooks/:webhook/replay', { from: replayAll.from }, { pointer: '' }],
    ['nothing to replay', 'POST /:id/webhooks/:webhook/replay', {}, { pointer: '' }],
    [
      'a time that ends first',
      'POST /:id/webhooks/:webhook/replay',
      { from: replayAll.to, to: replayAll.from },
      { pointer: '/to' },
    ],
    [
      'a time that nobody can store',
      'POST /:id/webhooks/:webhook/replay',
      { ...replayAll, from: '1960-01-01T00:00:00Z' },
      { pointer: '/from' },
    ],
    ['an event that cannot be', 'GET /:id/webhooks/:webhook/deliveries/%20', undefined, { parameter: 'event_id' }],
    ['an unknown status', 'GET /:id/webhooks/:webhook/deliveries?status=lost', undefined, { parameter: 'status' }],
    ['a cursor of nobody', 'GET /:id/webhooks/:webhook/deliveries?cursor=x', undefined, { parameter: 'cursor' }],
    ['a page of none', 'GET /:id/webhooks?limit=0', undefined, { parameter: 'limit' }],
    ['another cursor', 'GET /:id/webhooks?cursor=x', undefined, { parameter: 'cursor' }],
    ['an id that no webhook can have', 'GET /:id/webhooks/x', undefined, { parameter: 'webhook_id' }],
  ])('for %s is 400, and says where', async (_, request, body, place) => {
    const { attach, send, dump } = opened()
    const { id, webhook } = await attach()
    const before = await dump()
    const answer = await send(named(request, id, webhook), { body })
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_input', errors: [place] } })
    expect(await dump()).toBe(before)
  })

  it('for one webhook too many is 409, with how many there may be', async () => {
    const { attach, send } = opened({ maxEndpoints: 1 })
    const { id } = await attach()
    expect(await send(`POST /${id}/webhooks`, { body: { url: 'https://example.com/' } })).toMatchObject({
      status: 409,
      body: { code: 'webhook_limit_reached', limit: 1 },
    })
  })

  it('for a replay to one that is paused, or a webhook of a key that has ended, is 409', async () => {
    const { attach, send } = opened()
    const { id, at } = await attach()
    await send(`POST ${at}/pause`)
    const refused = { status: 409, body: { code: 'webhook_disabled' } }
    expect(await send(`POST ${at}/replay`, { body: replayAll })).toMatchObject(refused)
    await send(`POST /${id}/revoke`)
    for (const request of [`POST /${id}/webhooks`, `POST ${at}/resume`]) {
      const body = request.endsWith('resume') ? undefined : { url: 'https://example.com/' }
      expect(await send(request, { body })).toMatchObject({
        status: 409,
        body: { code: 'invalid_state', key_status: 'revoked' },
      })
    }
    expect((await send(`GET ${at}`)).status).toBe(200)
  })

  it('is 503 while they fail, without a word of why', async () => {
    const errors: unknown[] = []
    const failing = async (): Promise<never> => {
      throw new Error('canary')
    }
    const product = open({
      api: { onError: (error) => errors.push(error) },
      webhooks: (keyring, keys) => {
        const hooks = webhooks(keyring, { store: memoryWebhookStore(keys), sealer: seal, events })
        return { ...hooks, list: failing }
      },
    })
    const { id } = await product.create('ada')
    const answer = await product.send(`GET /${id}/webhooks`, { as: 'ada' })
    expect([answer.status, answer.text.includes('canary')]).toEqual([503, false])
    expect(errors).toMatchObject([{ message: 'canary' }])
  })
})

describe('a product without webhooks', () => {
  it.each([...operations, ...ofAll])('%s answers 404, to those who would be allowed to', async (request, body) => {
    const { create, send, people, org } = open()
    const { id } = await create('mia')
    expect((await send(named(request, id, none), { body })).status).toBe(403)
    people[org] = { ...people[org], mia: everything }
    const answer = await send(named(request, id, none), { body })
    expect(answer).toMatchObject({ status: 404, body: { code: 'not_found', detail: 'The product sends no webhooks.' } })
  })
})

describe('the option webhooks', () => {
  it.each<[string, (hooks: Webhooks) => unknown]>([
    ['is null', () => null],
    ['is a function', () => webhooks],
    ['has no types of events', (hooks) => ({ ...hooks, eventTypes: {} })],
    ...Object.entries({ create: 1, get: 1, list: 1, update: 1, pause: 1, resume: 1, rotateSecret: 1 }).map(without),
    ...Object.entries({ delete: 1, test: 1, deliveries: 1, delivery: 1, replay: 1, status: 1 }).map(without),
  ])('is refused at start-up if it %s', (_, change) => {
    const make = () =>
      open({
        webhooks: (keyring, keys) => {
          const hooks = webhooks(keyring, { store: memoryWebhookStore(keys), sealer: seal, events })
          return change(hooks) as WebhookManager // on purpose none
        },
      })
    expect(make).toThrow(expect.objectContaining({ code: 'invalid_options', field: 'webhooks' }))
  })

  it('takes those of the package', () => {
    expect(asManager).toBeTypeOf('function')
    expect(access.scopes.has('webhooks.read')).toBe(true)
    expect(opened().hooks.eventTypes.size).toBe(1)
  })
})

function without([name]: [string, number]): [string, (hooks: Webhooks) => unknown] {
  return [`has no ${name}`, (hooks) => ({ ...hooks, [name]: undefined })]
}
