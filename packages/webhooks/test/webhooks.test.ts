import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { InvalidInput, isKeyError } from '@keywright/core'
import { describe, expect, test, vi } from 'vitest'
import { verifyWebhook } from '../src/signature/verify-webhook.js'
import { ada, type BoardWorld, boardWorld, type WorldOptions } from './board-world.js'
import { bodyOf, listen, receive } from './receiver.js'

interface Got {
  readonly id: string
  readonly body: string
  readonly headers: IncomingMessage['headers']
}

/** A receiver that keeps what it got, and answers as a test says. */
async function inbox(
  answer: (count: number) => number | { readonly status: number; readonly headers: Record<string, string> } = () => 204,
) {
  const got: Got[] = []
  const url = await receive(async (request, response) => {
    got.push({ id: String(request.headers['webhook-id']), body: await bodyOf(request), headers: request.headers })
    const said = answer(got.length)
    const { status, headers } = typeof said === 'number' ? { status: said, headers: {} } : said
    response.writeHead(status, headers).end(status === 204 ? undefined : 'what I think')
  })
  return { url, got }
}

const board = (id: string) => ({ type: 'board', id })
const updated = (id: string, more: object = {}) =>
  ({ type: 'board.updated', organizationId: 'acme', resource: board(id), data: { id }, ...more }) as const

async function withEndpoint(options: WorldOptions = {}, answer?: Parameters<typeof inbox>[0]) {
  const world = boardWorld(options)
  const { url, got } = await inbox(answer)
  const keyId = await world.keyFor('b1')
  const { endpoint, secret } = await world.hooks.create({ keyId, url })
  return { ...world, url, got, keyId, endpoint, secret }
}

async function statusesOf({ hooks }: Pick<BoardWorld, 'hooks'>, endpointId: string) {
  const { deliveries } = await hooks.deliveries({ endpointId })
  return deliveries.map(({ status, reason, attempts }) => ({ status, reason, attempts }))
}

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => null,
    (caught: unknown) => caught,
  )
  return isKeyError(error) ? error.code : String(error)
}

describe('an event (A11)', () => {
  test('reaches the endpoint of a key that may read its resource, signed with the endpoint’s secret', async () => {
    const { hooks, got, secret } = await withEndpoint()
    const { eventId } = await hooks.publish(updated('b1'))
    await hooks.run()
    expect(got).toHaveLength(1)
    const [{ headers, body, id } = { headers: {}, body: '', id: '' }] = got
    expect(id).toBe(eventId)
    const verdict = await verifyWebhook({ headers, rawBody: body }, secret.reveal())
    expect(verdict).toMatchObject({ ok: true, event: { id: eventId, type: 'board.updated', data: { id: 'b1' } } })
  })

  test('on a resource that the key has not is not queued at all', async () => {
    const { hooks, got, endpoint, ...world } = await withEndpoint()
    await hooks.publish(updated('b2'))
    await hooks.run()
    expect(got).toEqual([])
    expect(await statusesOf({ ...world, hooks }, endpoint.id)).toEqual([])
  })

  test('without a resource goes by a scope of the organization', async () => {
    const { hooks, got } = await withEndpoint()
    await hooks.publish({ type: 'boards.sorted', organizationId: 'acme' })
    await hooks.run()
    expect(got).toHaveLength(1)
  })

  test('of another organization reaches nobody', async () => {
    const { hooks, got } = await withEndpoint()
    await hooks.publish(updated('b1', { organizationId: 'other' }))
    await hooks.run()
    expect(got).toEqual([])
  })

  test('from before its endpoint reaches nobody', async () => {
    const world = boardWorld()
    await world.hooks.publish(updated('b1'))
    world.advance(1_000)
    const { url, got } = await inbox()
    await world.hooks.create({ keyId: await world.keyFor('b1'), url })
    await world.hooks.run()
    expect(got).toEqual([])
  })

  test('of a type that the endpoint did not ask for is not sent', async () => {
    const { hooks, got, endpoint } = await withEndpoint()
    await hooks.update(endpoint.id, { types: ['boards.sorted'] })
    await hooks.publish(updated('b1'))
    await hooks.run()
    expect(got).toEqual([])
    await hooks.update(endpoint.id, { types: null })
    await hooks.publish(updated('b1'))
    await hooks.run()
    expect(got).toHaveLength(1)
  })

  test('that is published twice with one idempotency key is sent once', async () => {
    const { hooks, got } = await withEndpoint()
    const first = await hooks.publish(updated('b1', { idempotencyKey: 'change-7' }))
    const second = await hooks.publish(updated('b1', { idempotencyKey: 'change-7' }))
    expect(second).toEqual(first)
    await hooks.run()
    expect(got).toHaveLength(1)
  })

  test.each([
    ['type', { type: 'board.updatd' }],
    ['type', { type: 'api_key.created' }],
    ['type', { type: 'webhook.test' }],
    ['resource', { resource: null }],
    ['resource.type', { resource: { type: 'bord', id: 'b1' } }],
    ['resource.type', { resource: { type: 'room', id: 'r1' } }],
    ['data', { data: 7 }],
    ['data', { data: { text: 'x'.repeat(20_000) } }],
    ['organizationId', { organizationId: '' }],
    ['rezource', { rezource: 1 }],
  ])('with a wrong %s is refused by name (HOOK-4)', async (field, wrong) => {
    const { hooks } = boardWorld()
    const publishing = hooks.publish(updated('b1', wrong))
    await expect(publishing).rejects.toThrow(InvalidInput)
    await expect(publishing).rejects.toThrow(field)
  })
})

describe('rights at dispatch (HOOK-7, T31)', () => {
  const laterRight = [
    ['its key is disabled', 'key_disabled', ({ keyring, keyId }: Queued) => keyring.disable(keyId)],
    ['its owner is suspended', 'owner_inactive', ({ owners }: Queued) => owners.set('ada', null)],
    [
      'its owner lost the board',
      'insufficient_scope',
      ({ owners }: Queued) => owners.set('ada', { scopes: ['*'], levels: { board: {} } }),
    ],
    [
      'its key lost the board',
      'insufficient_scope',
      ({ keyring, keyId }: Queued) =>
        keyring.update(keyId, { resources: { board: { mode: 'specific', levels: { b2: 'read' } } } }),
    ],
  ] as const
  type Queued = Awaited<ReturnType<typeof queued>>

  /** An event that waits for its second attempt. */
  async function queued() {
    const made = await withEndpoint({}, (count) => (count === 1 ? 500 : 204))
    await made.hooks.publish(updated('b1'))
    await made.hooks.run()
    expect(made.got).toHaveLength(1)
    made.advance(10_000)
    return made
  }

  test.each(laterRight)('sends nothing more once %s, and the log says %s', async (_, reason, change) => {
    const made = await queued()
    await change(made)
    await made.hooks.run()
    expect(made.got).toHaveLength(1)
    expect(await statusesOf(made, made.endpoint.id)).toEqual([{ status: 'dropped', reason, attempts: 1 }])
    expect(made.told).toContainEqual(expect.objectContaining({ type: 'webhook.dropped', reason }))
  })

  test.each(laterRight)('queues nothing once %s', async (_, _reason, change) => {
    const made = await withEndpoint()
    await change(made)
    await made.hooks.publish(updated('b1'))
    await made.hooks.run()
    expect(made.got).toEqual([])
    expect(await statusesOf(made, made.endpoint.id)).toEqual([])
  })

  test.each([
    ['revoked', 'key_revoked', ({ keyring, keyId }: Queued) => keyring.revoke(keyId)],
    [
      'expired',
      'key_expired',
      async ({ keyring, keyId, keys, advance }: Queued) => {
        await keyring.update(keyId, { expiresAt: new Date((await keys.now()).getTime() + 1_000) })
        advance(2_000)
      },
    ],
  ] as const)('disables the endpoint of a key that was %s', async (_, reason, change) => {
    const onDisabled = vi.fn()
    const made = await withEndpoint({ onDisabled }, (count) => (count === 1 ? 500 : 204))
    await made.hooks.publish(updated('b1'))
    await made.hooks.run()
    made.advance(10_000)
    await change(made)
    await made.hooks.run()
    expect(made.got).toHaveLength(1)
    expect(await made.hooks.get(made.endpoint.id)).toMatchObject({
      status: 'disabled_by_system',
      disabledReason: reason,
    })
    expect(await statusesOf(made, made.endpoint.id)).toEqual([{ status: 'dropped', reason, attempts: 1 }])
    expect(onDisabled).toHaveBeenCalledTimes(1)
    const { records } = await made.keyring.audit.list({ organizationId: 'acme', type: 'webhook.disabled' })
    expect(records).toMatchObject([{ actor: { type: 'system', id: 'webhooks' }, data: { reason } }])
  })

  test('forgets the endpoints of a key that was deleted', async () => {
    const made = await withEndpoint()
    await made.keyring.delete(made.keyId)
    await made.hooks.publish(updated('b1'))
    await made.hooks.run()
    expect(made.got).toEqual([])
    expect(await made.store.findEndpoint(made.endpoint.id)).toBeNull()
  })

  test('tries again, without counting an attempt, while the rights cannot be known', async () => {
    const made = await withEndpoint()
    made.owners.set('ada', new Error('the host is down'))
    await made.hooks.publish(updated('b1'))
    await made.hooks.run()
    expect(made.got).toEqual([])
    expect(await statusesOf(made, made.endpoint.id)).toEqual([{ status: 'pending', reason: null, attempts: 0 }])
    expect(made.told).toContainEqual(expect.objectContaining({ type: 'webhook.postponed', reason: 'rights' }))
    made.owners.set('ada', { scopes: ['*'], levels: { board: { b1: 'read' } } })
    made.advance(31_000)
    await made.hooks.run()
    expect(made.got).toHaveLength(1)
  })
})

describe('an endpoint', () => {
  test('that fails is tried again by the schedule, with one id and the same body, and the log keeps each attempt (HOOK-2, HOOK-5, HOOK-14)', async () => {
    const { hooks, got, advance, endpoint, ...world } = await withEndpoint({}, (count) => (count < 3 ? 500 : 200))
    await hooks.publish(updated('b1'))
    for (const ms of [0, 6_001, 360_001]) {
      advance(ms)
      await hooks.run()
    }
    expect(new Set(got.map(({ id, body }) => id + body)).size).toBe(1)
    expect(await statusesOf({ ...world, hooks }, endpoint.id)).toEqual([
      { status: 'delivered', reason: null, attempts: 3 },
    ])
    const { deliveries } = await hooks.deliveries({ endpointId: endpoint.id })
    expect(deliveries[0]?.log.map(({ status, error, text }) => ({ status, error, text }))).toEqual([
      { status: 500, error: 'status', text: 'what I think' },
      { status: 500, error: 'status', text: 'what I think' },
      { status: 200, error: null, text: 'what I think' },
    ])
  })

  test('that answers 410 is disabled at once (HOOK-5)', async () => {
    const { hooks, endpoint } = await withEndpoint({}, () => 410)
    await hooks.publish(updated('b1'))
    await hooks.run()
    expect(await hooks.get(endpoint.id)).toMatchObject({ status: 'disabled_by_system', disabledReason: 'gone' })
  })

  test('that asks to wait is not called sooner (HOOK-5)', async () => {
    const { hooks, got, advance } = await withEndpoint({}, () => ({ status: 429, headers: { 'retry-after': '120' } }))
    await hooks.publish(updated('b1'))
    await hooks.run()
    advance(110_000)
    await hooks.run()
    expect(got).toHaveLength(1)
    advance(11_000)
    await hooks.run()
    expect(got).toHaveLength(2)
  })

  test('whose every attempt failed for days is disabled once, and can be resumed (HOOK-6)', async () => {
    const onDisabled = vi.fn()
    const { hooks, advance, endpoint, told, got, ...world } = await withEndpoint({ onDisabled }, () => 500)
    for (let day = 0; day < 7; day += 1) {
      await hooks.publish(updated('b1'))
      await hooks.run()
      advance(86_400_000)
    }
    expect(onDisabled).toHaveBeenCalledTimes(1)
    expect(await hooks.get(endpoint.id)).toMatchObject({ status: 'disabled_by_system', disabledReason: 'failing' })
    expect(told.filter(({ type }) => type === 'webhook.disabled')).toHaveLength(1)
    const before = got.length
    await hooks.publish(updated('b1'))
    await hooks.run()
    expect(got).toHaveLength(before)
    const resumed = await hooks.resume(endpoint.id)
    expect(resumed).toMatchObject({ status: 'active', disabledReason: null, failingSince: null })
    await hooks.run()
    expect(got.length).toBeGreaterThan(before)
    const { records } = await world.keyring.audit.list({ organizationId: 'acme', type: 'webhook.disabled' })
    expect(records).toHaveLength(1)
  })

  test('that is paused is sent what waited when it is resumed, and the rest by a replay', async () => {
    const { hooks, got, advance, endpoint, keys } = await withEndpoint({}, (count) => (count === 1 ? 500 : 204))
    const from = await keys.now()
    const first = await hooks.publish(updated('b1'))
    await hooks.run()
    await hooks.pause(endpoint.id)
    const second = await hooks.publish(updated('b1'))
    advance(3_600_000)
    await hooks.run()
    expect(got).toHaveLength(1)
    await hooks.resume(endpoint.id)
    await hooks.run()
    expect(got.map(({ id }) => id)).toEqual([first.eventId, first.eventId])
    const to = new Date((await keys.now()).getTime() + 1)
    expect(await hooks.replay(endpoint.id, { from, to })).toEqual({ queued: 1 })
    await hooks.run()
    expect(got.at(-1)?.id).toBe(second.eventId)
    expect(await hooks.replay(endpoint.id, { eventId: first.eventId })).toEqual({ queued: 1 })
    await hooks.run()
    expect(got.at(-1)?.id).toBe(first.eventId)
  })

  test('has two secrets for a while after a rotation (HOOK-3)', async () => {
    const { hooks, got, endpoint, secret: old, advance } = await withEndpoint()
    const { secret: fresh } = await hooks.rotateSecret(endpoint.id, { graceMs: 60_000 })
    await hooks.publish(updated('b1'))
    await hooks.run()
    advance(61_000)
    await hooks.publish(updated('b1'))
    await hooks.run()
    const passes = async (secret: string) =>
      Promise.all(
        got.map(async ({ headers, body }) => {
          vi.setSystemTime(Number(headers['webhook-timestamp']) * 1_000)
          const { ok } = await verifyWebhook({ headers, rawBody: body }, secret)
          vi.useRealTimers()
          return ok
        }),
      )
    expect(await passes(fresh.reveal())).toEqual([true, true])
    expect(await passes(old.reveal())).toEqual([true, false])
    expect(got[0]?.headers['webhook-signature']?.toString().split(' ')).toHaveLength(2)
  })

  test('that is tested is sent an event at once, and shows no headers of the answer (HOOK-10)', async () => {
    const { hooks, got, endpoint } = await withEndpoint({}, () => ({ status: 200, headers: { 'x-secret': 'inner' } }))
    const result = await hooks.test(endpoint.id)
    expect(result).toEqual({
      ...{ outcome: 'delivered', status: 200, error: null, text: 'what I think' },
      ...{ latencyMs: expect.any(Number), eventId: expect.stringMatching(/^evt_/) },
    })
    expect(JSON.parse(got[0]?.body ?? '')).toMatchObject({ type: 'webhook.test', data: { endpoint_id: endpoint.id } })
    const { deliveries } = await hooks.deliveries({ endpointId: endpoint.id })
    expect(deliveries).toMatchObject([{ eventType: 'webhook.test', status: 'delivered' }])
  })

  test('that fails a test is not tried again', async () => {
    const { hooks, got, endpoint, advance } = await withEndpoint({}, () => 500)
    expect(await hooks.test(endpoint.id)).toMatchObject({ outcome: 'failed', status: 500 })
    advance(86_400_000)
    await hooks.run()
    expect(got).toHaveLength(1)
  })

  test('of a key that may do nothing is not tested', async () => {
    const { hooks, got, endpoint, keyring, keyId } = await withEndpoint()
    await keyring.disable(keyId)
    expect(await hooks.test(endpoint.id)).toMatchObject({ outcome: 'not_sent', reason: 'key_disabled' })
    expect(got).toEqual([])
  })

  test('may be one of five of its key, and no more (HOOK-13)', async () => {
    const { hooks, keyId, url } = await withEndpoint()
    const four = await Promise.all(Array.from({ length: 4 }, () => hooks.create({ keyId, url })))
    expect(await codeOf(hooks.create({ keyId, url }))).toBe('webhook_limit_reached')
    await hooks.delete(four[0]?.endpoint.id ?? '')
    await hooks.create({ keyId, url })
    const page = await hooks.list({ keyId, limit: 3 })
    const rest = await hooks.list({ keyId, limit: 3, cursor: page.nextCursor })
    expect([...page.endpoints, ...rest.endpoints].map(({ id }) => id)).toHaveLength(5)
    expect(rest.nextCursor).toBeNull()
  })

  test('is beyond the reach of other owners and organizations', async () => {
    const { hooks, endpoint, keyId } = await withEndpoint()
    const within = { owner: { ...ada, id: 'bob' } }
    for (const work of [
      hooks.get(endpoint.id, { within }),
      hooks.pause(endpoint.id, { within }),
      hooks.delete(endpoint.id, { within: { organizationId: 'other' } }),
      hooks.deliveries({ endpointId: endpoint.id }, { within }),
      hooks.get('we_unknown'),
    ]) {
      expect(await codeOf(work)).toBe('webhook_not_found')
    }
    expect(await codeOf(hooks.list({ keyId }, { within }))).toBe('key_not_found')
  })

  test('is attached by nobody who lacks what its key has', async () => {
    const { hooks, keyId, url, owners, endpoint, keyring } = await withEndpoint()
    owners.set('bob', { scopes: ['boards.list'], levels: { board: {} } })
    const bob = { actor: { type: 'user', id: 'bob' } } as const
    expect(await codeOf(hooks.create({ keyId, url }, bob))).toBe('scope_exceeds_actor')
    expect(await codeOf(hooks.update(endpoint.id, { url }, bob))).toBe('scope_exceeds_actor')
    expect(await codeOf(hooks.rotateSecret(endpoint.id, {}, bob))).toBe('scope_exceeds_actor')
    expect(await codeOf(hooks.test(endpoint.id, bob))).toBe('scope_exceeds_actor')
    expect(await codeOf(hooks.create({ keyId, url }, { actor: { type: 'user', id: 'ada' } }))).toBe('null')
    await keyring.revoke(keyId)
    expect(await codeOf(hooks.create({ keyId, url }))).toBe('invalid_state')
  })

  test.each([
    ['url', { url: 'http://example.com/hook' }],
    ['url', { url: 'https://10.0.0.1/hook' }],
    ['url', { url: 'https://user:secret@example.com/' }],
    ['types', { types: ['board.updatd'] }],
    ['types', { types: [] }],
    ['description', { description: 'x'.repeat(501) }],
  ])('with a wrong %s is refused by name', async (field, wrong) => {
    const { hooks, keyFor } = boardWorld()
    const creating = hooks.create({ keyId: await keyFor('b1'), url: 'https://example.com/', ...wrong })
    await expect(creating).rejects.toMatchObject({ code: 'invalid_input', field })
  })

  test('leaves no secret, nor the path of its URL, in the log (HOOK-13, HOOK-14)', async () => {
    const { hooks, endpoint, secret, url, keyring } = await withEndpoint()
    const { secret: second } = await hooks.rotateSecret(endpoint.id)
    await hooks.update(endpoint.id, { url: `${url}?canary=hush` })
    await hooks.pause(endpoint.id)
    await hooks.delete(endpoint.id)
    const { records } = await keyring.audit.list({ organizationId: 'acme' })
    const said = JSON.stringify(records)
    for (const hidden of [secret.reveal(), second.reveal(), secret.reveal().slice(6, 20), 'hush', '/hook'])
      expect(said).not.toContain(hidden)
    expect(records.map(({ type }) => type)).toEqual([
      ...['webhook.deleted', 'webhook.paused', 'webhook.updated', 'webhook.secret_rotated', 'webhook.created'],
      'api_key.created',
    ])
    expect((await keyring.audit.verify({ organizationId: 'acme' })).ok).toBe(true)
  })
})

describe('events of keys', () => {
  const keyEvents = { scope: 'api_keys.manage_all' } as const

  async function steward(options: WorldOptions = { keyEvents }) {
    const world = boardWorld(options)
    const { url, got } = await inbox()
    const { key } = await world.keyring.create({ name: 'steward', owner: ada, scopes: ['api_keys.manage_all'] })
    await world.hooks.create({ keyId: key.id, url })
    return { ...world, got, types: () => got.map(({ body }) => JSON.parse(body).type) }
  }

  test('reach keys with the scope for them, and no others', async () => {
    const { hooks, keyring, keyFor, types, got } = await steward()
    const id = await keyFor('b1')
    await keyring.disable(id)
    await keyring.revoke(id)
    const other = await inbox()
    await hooks.create({ keyId: await keyFor('b1'), url: other.url })
    await hooks.run()
    expect(types().sort()).toEqual(['api_key.created', 'api_key.created', 'api_key.disabled', 'api_key.revoked'])
    expect(JSON.parse(got[0]?.body ?? '').data).toMatchObject({ key_id: id, organization_id: 'acme' })
    expect(other.got).toEqual([])
  })

  test('are sent to nobody where no scope is named', async () => {
    const { hooks, keyFor, types } = await steward({})
    await keyFor('b1')
    await hooks.run()
    expect(types()).toEqual([])
  })

  test('tell once at each of the days that a key expires', async () => {
    const { hooks, keyring, types, got, advance, keys } = await steward()
    const day = 86_400_000
    const expiresAt = new Date((await keys.now()).getTime() + 31 * day)
    await keyring.create({ name: 'mortal', owner: ada, scopes: ['boards.list'], expiresAt })
    for (let passed = 0; passed < 31; passed += 1) {
      await hooks.run()
      await hooks.run()
      advance(day)
    }
    const notices = got.map(({ body }) => JSON.parse(body)).filter(({ type }) => type === 'api_key.expiring')
    expect(notices.map(({ data }) => data.days)).toEqual([30, 7, 1])
    expect(types().filter((type: string) => type === 'api_key.created')).toHaveLength(1)
  })
})

describe('a worker', () => {
  test('sends what is published while it runs, until it is closed', async () => {
    const { hooks, got } = await withEndpoint({ pollMs: 50 })
    hooks.start()
    await hooks.publish(updated('b1'))
    await vi.waitFor(() => expect(got).toHaveLength(1), { timeout: 5_000 })
    await hooks.close()
    await hooks.publish(updated('b1'))
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(got).toHaveLength(1)
  })

  test('waits for what is on its way when it is closed', async () => {
    const server = createServer((_, response) => setTimeout(() => response.writeHead(204).end(), 300))
    const url = `http://127.0.0.1:${await listen(server)}/hook`
    const world = boardWorld()
    const { endpoint } = await world.hooks.create({ keyId: await world.keyFor('b1'), url })
    world.hooks.start()
    await world.hooks.publish(updated('b1'))
    await once(server, 'request')
    await world.hooks.close()
    expect(await statusesOf(world, endpoint.id)).toEqual([{ status: 'delivered', reason: null, attempts: 1 }])
  })

  test('leaves no more than four requests to one endpoint under way (HOOK-12)', async () => {
    let [now, most] = [0, 0]
    const url = await receive(async (request, response) => {
      await bodyOf(request)
      now += 1
      most = Math.max(most, now)
      setTimeout(() => {
        now -= 1
        response.writeHead(204).end()
      }, 20)
    })
    const world = boardWorld()
    await world.hooks.create({ keyId: await world.keyFor('b1'), url })
    for (let n = 0; n < 40; n += 1) await world.hooks.publish(updated('b1'))
    expect(await world.hooks.run()).toBe(40)
    expect(most).toBe(4)
  })

  test('counts what waits, and how it goes', async () => {
    const { hooks, endpoint, advance } = await withEndpoint({}, (count) => (count === 1 ? 204 : 500))
    expect(await hooks.status()).toEqual({ waiting: 0, held: 0, oldest: null, oldestMs: 0, endpoints: [] })
    await hooks.publish(updated('b1'))
    await hooks.run()
    await hooks.publish(updated('b1'))
    await hooks.run()
    advance(1_000)
    const { oldestMs, ...status } = await hooks.status({ organizationId: 'acme' })
    expect(oldestMs).toBeGreaterThanOrEqual(1_000)
    expect(status).toMatchObject({
      ...{ waiting: 1, held: 0 },
      endpoints: [{ endpointId: endpoint.id, delivered: 1, failed: 0, pending: 1, failureRate: 0 }],
    })
    expect(await hooks.status({ organizationId: 'other' })).toMatchObject({ waiting: 0, endpoints: [] })
  })

  test('forgets events after their time, but none that waits', async () => {
    const { hooks, endpoint, advance } = await withEndpoint({ retentionMs: 7 * 86_400_000 }, (count) =>
      count === 1 ? 204 : 500,
    )
    await hooks.publish(updated('b1'))
    await hooks.run()
    advance(8 * 86_400_000)
    await hooks.publish(updated('b1'))
    await hooks.run()
    expect((await hooks.deliveries({ endpointId: endpoint.id })).deliveries).toMatchObject([{ status: 'pending' }])
  })
})
