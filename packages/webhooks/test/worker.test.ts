import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isKeyError, type Owner } from '@keywright/core'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { askNameServers } from '../src/address/find-address.js'
import { deliverer } from '../src/delivery/deliver.js'
import { makeWebhookSecret } from '../src/signature/make-webhook-secret.js'
import { rests } from '../src/worker/rests.js'
import { ada, type BoardWorld, boardWorld, events, seal } from './board-world.js'
import { bodyOf, receive } from './receiver.js'

const board = (id: string) => ({ type: 'board', id })
const updated = (organizationId = 'acme') =>
  ({ type: 'board.updated', organizationId, resource: board('b1'), data: {} }) as const

/** A receiver that answers what a test says, or nothing at all. */
async function inbox(
  answer: (response: ServerResponse, path: string) => void = (response) => response.writeHead(204).end(),
) {
  const got: string[] = []
  const url = await receive(async (request, response) => {
    await bodyOf(request)
    got.push(String(request.headers['webhook-id']))
    answer(response, request.url ?? '')
  })
  return { url, got }
}

async function endpointOf({ keyring, hooks }: BoardWorld, owner: Owner, url: string): Promise<string> {
  const grant = { mode: 'specific', levels: { b1: 'read' } } as const
  const { key } = await keyring.create({ name: 'hook', owner, resources: { board: grant } })
  return (await hooks.create({ keyId: key.id, url })).endpoint.id
}

const waitFor = { timeout: 10_000, interval: 20 }
const bob: Owner = { type: 'user', id: 'bob', organizationId: 'other' }
const mayRead = { scopes: ['*'], levels: { board: { b1: 'read' } } }

describe('one that is slow', () => {
  test('leaves three quarters of a worker to other organizations', async () => {
    const world = boardWorld({ concurrency: 8, pollMs: 50 })
    world.owners.set('bob', mayRead)
    const hanging: ServerResponse[] = []
    const slow = await inbox((response) => hanging.push(response))
    const quick = await inbox()
    for (let n = 0; n < 4; n += 1) await endpointOf(world, ada, slow.url)
    await endpointOf(world, bob, quick.url)
    for (let n = 0; n < 4; n += 1) await world.hooks.publish(updated())
    world.hooks.start()
    await vi.waitFor(() => expect(hanging.length).toBe(4), waitFor)
    await world.hooks.publish(updated('other'))
    await vi.waitFor(() => expect(quick.got).toHaveLength(1), waitFor)
    expect(hanging).toHaveLength(4)
    for (const response of hanging) response.writeHead(204).end()
  })

  test('does not rest a whole host on which another organization is answered', () => {
    const [at, url] = [new Date(), 'https://hooks.example.com/a']
    const endpoint = (id: string, organizationId: string) => ({ id, organizationId, url }) as never
    const failed = {
      outcome: 'failed',
      status: null,
      error: 'timeout',
      latencyMs: 1,
      retryAfterMs: null,
      text: '',
    } as const
    const { learn, restMs } = rests()
    const rested = Array.from({ length: 5 }, () => learn(endpoint('one', 'acme'), failed, at))
    expect(rested).toEqual([0, 0, 0, 0, 5_000])
    expect(restMs(endpoint('one', 'acme'), at)).toBe(5_000)
    expect(restMs(endpoint('two', 'other'), at)).toBe(0)
    learn(endpoint('two', 'other'), failed, at)
    expect(restMs(endpoint('three', 'third'), at)).toBe(5_000)
    const later = new Date(at.getTime() + 5_000)
    expect(restMs(endpoint('three', 'third'), later)).toBe(0)
    learn(endpoint('two', 'other'), { ...failed, outcome: 'delivered', status: 204, error: null }, later)
    expect(learn(endpoint('one', 'acme'), failed, later), 'twice as long').toBe(10_000)
    expect(restMs(endpoint('three', 'third'), later)).toBe(0)
  })

  test('is left alone after five attempts without an answer, and what waits for it is not tried', async () => {
    const world = boardWorld({ delivery: { allowLoopback: true, timeoutMs: 100 } })
    const { url, got } = await inbox(() => {})
    const id = await endpointOf(world, ada, url)
    for (let n = 0; n < 12; n += 1) await world.hooks.publish(updated())
    await world.hooks.run()
    expect(got.length).toBeLessThan(12)
    expect(world.told).toContainEqual(expect.objectContaining({ type: 'webhook.rested', endpointId: id }))
    const { deliveries } = await world.hooks.deliveries({ endpointId: id })
    expect(deliveries.filter(({ attempts, status }) => attempts === 0 && status === 'pending').length).toBeGreaterThan(
      0,
    )
  })
})

describe('a test event', () => {
  test('takes no place of others, and is one at a time for each endpoint (HOOK-10)', async () => {
    const world = boardWorld({ concurrency: 1, pollMs: 50 })
    const hanging: ServerResponse[] = []
    const { url, got } = await inbox((response) =>
      hanging.length === 0 ? hanging.push(response) : response.writeHead(204).end(),
    )
    const id = await endpointOf(world, ada, url)
    const testing = world.hooks.test(id)
    await vi.waitFor(() => expect(hanging).toHaveLength(1), waitFor)
    const second = await world.hooks.test(id).catch((error: unknown) => (isKeyError(error) ? error.code : error))
    expect(second).toBe('webhook_busy')
    await world.hooks.publish(updated())
    world.hooks.start()
    await vi.waitFor(() => expect(got).toHaveLength(2), waitFor)
    hanging[0]?.writeHead(200).end()
    expect(await testing).toMatchObject({ outcome: 'delivered' })
  })

  test('says nothing of whether its endpoint fails', async () => {
    const world = boardWorld()
    const { url } = await inbox((response) => response.writeHead(500).end())
    const id = await endpointOf(world, ada, url)
    await world.hooks.test(id)
    expect(await world.hooks.get(id)).toMatchObject({ failingSince: null })
    await world.hooks.publish(updated())
    await world.hooks.run()
    expect((await world.hooks.get(id)).failingSince).not.toBeNull()
    expect(await world.hooks.update(id, { url: `${url}/other` })).toMatchObject({ failingSince: null })
  })

  test('whose rights cannot be known is not sent later', async () => {
    const world = boardWorld()
    const { url, got } = await inbox()
    const id = await endpointOf(world, ada, url)
    world.owners.set('ada', new Error('down'))
    expect(await world.hooks.test(id)).toMatchObject({ outcome: 'not_sent', reason: 'rights_unknown' })
    world.owners.set('ada', mayRead)
    world.advance(86_400_000)
    await world.hooks.run()
    expect(got).toEqual([])
  })
})

describe('what a process does not know', () => {
  test('as the type of an event is left to one that does, and given up after a day', async () => {
    const newer = boardWorld()
    const older = boardWorld({
      keys: newer.keys,
      store: newer.store,
      events: { 'boards.sorted': events['boards.sorted'] } as typeof events,
      leaseMs: 3_000,
    })
    const { url, got } = await inbox()
    await endpointOf(newer, ada, url)
    await newer.hooks.publish(updated())
    await older.hooks.run()
    expect(got).toEqual([])
    newer.advance(3_000)
    await newer.hooks.run()
    expect(got).toHaveLength(1)

    await newer.hooks.publish(updated())
    newer.advance(86_400_000)
    await older.hooks.run()
    expect(older.told).toContainEqual(
      expect.objectContaining({ type: 'webhook.type_unknown', eventType: 'board.updated' }),
    )
    await newer.hooks.run()
    expect(got).toHaveLength(1)
  })

  test('of an owner for days is dropped in the end', async () => {
    const world = boardWorld()
    const { url } = await inbox()
    const id = await endpointOf(world, ada, url)
    world.owners.set('ada', new Error('down'))
    await world.hooks.publish(updated())
    for (let tries = 0; tries < 40; tries += 1) {
      await world.hooks.run()
      world.advance(3_600_001 * 6)
    }
    const { deliveries } = await world.hooks.deliveries({ endpointId: id })
    expect(deliveries).toMatchObject([{ status: 'dropped', reason: 'rights_unknown', attempts: 0 }])
  })

  test('since a sealer does not answer takes no place for good', async () => {
    const world = boardWorld({
      concurrency: 1,
      manageTimeoutMs: 200,
      sealer: {
        ...seal,
        open: (sealed, context) => (context.id === slowId ? new Promise(() => {}) : seal.open(sealed, context)),
      },
    })
    const { url, got } = await inbox()
    const slowId = await endpointOf(world, ada, url)
    await endpointOf(world, ada, url)
    await world.hooks.publish(updated())
    await world.hooks.run()
    expect(got).toHaveLength(1)
    expect(world.told).toContainEqual(expect.objectContaining({ type: 'webhook.postponed', reason: 'secret' }))
  })
})

describe('an endpoint', () => {
  test('that is paused ends with its key, and what it holds with it (HOOK-7)', async () => {
    const world = boardWorld()
    const { url, got } = await inbox((response) => response.writeHead(500).end())
    const id = await endpointOf(world, ada, url)
    await world.hooks.publish(updated())
    await world.hooks.run()
    await world.hooks.pause(id)
    const { keyId } = await world.hooks.get(id)
    await world.keyring.revoke(keyId)
    await world.hooks.run()
    expect(await world.hooks.get(id)).toMatchObject({ status: 'disabled_by_system', disabledReason: 'key_revoked' })
    const { deliveries } = await world.hooks.deliveries({ endpointId: id })
    expect(deliveries).toMatchObject([{ status: 'dropped', reason: 'key_revoked' }])
    expect(got).toHaveLength(1)
  })

  test('that wants a type no more is not sent what waits of it', async () => {
    const world = boardWorld()
    const { url, got } = await inbox((response) => response.writeHead(got.length === 1 ? 500 : 204).end())
    const id = await endpointOf(world, ada, url)
    await world.hooks.publish(updated())
    await world.hooks.run()
    await world.hooks.update(id, { types: ['boards.sorted'] })
    world.advance(10_000)
    await world.hooks.run()
    expect(got).toHaveLength(1)
    const { deliveries } = await world.hooks.deliveries({ endpointId: id })
    expect(deliveries).toMatchObject([{ status: 'dropped', reason: 'type_not_wanted' }])
  })
})

describe('a name server that does not answer (FI-33)', () => {
  test('ends an attempt as dns, and keeps no other look-up of the process waiting', async () => {
    const silent = createSocket('udp4')
    silent.bind(0, '127.0.0.1')
    await once(silent, 'listening')
    onTestFinished(() => void silent.close())
    const { port } = silent.address() as AddressInfo // it is bound to a port
    const sender = deliverer({ resolve: askNameServers([`127.0.0.1:${port}`]), timeoutMs: 15_000 })
    onTestFinished(() => sender.close())
    let isOver = false
    const attempts = Array.from({ length: 32 }, (_, n) =>
      sender.deliver({
        url: `https://a${n}.example.com/`,
        message: { id: 'evt_1', body: '{}' },
        secrets: [makeWebhookSecret()],
        at: new Date(),
      }),
    )
    const all = Promise.all(attempts).finally(() => {
      isOver = true
    })
    await lookup('localhost')
    expect(isOver).toBe(false)
    expect(new Set((await all).map(({ error }) => error))).toEqual(new Set(['dns']))
  })
})
