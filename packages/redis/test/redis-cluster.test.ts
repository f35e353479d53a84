import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { FailureLimiter, RateLimiter } from '@keywright/core'
import { Cluster as Cluster6 } from 'ioredis'
import { Cluster as Cluster5 } from 'ioredis5'
import { createCluster as createCluster6 } from 'redis'
import { createCluster as createCluster4 } from 'redis4'
import { createCluster as createCluster5 } from 'redis5'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { repeatOnly, testsEverything } from '../../../test/support/everything.js'
import { findRedisServer } from '../../../test/support/own-redis.js'
import { slotOf } from '../src/hash-slot.js'
import { type RedisBusClient, redisBus, redisFailureLimiter, redisRateLimiter } from '../src/index.js'
import { newPrefix } from './clients.js'
import { type RedisCluster, redisCluster } from './redis-cluster.js'
import { sourceArguments } from './source-arguments.js'

const perHour = { name: 'hour', limit: 12, windowMs: 3_600_000 }
const perDay = { name: 'day', limit: 1_000, windowMs: 86_400_000 }
const patience = { timeout: 30_000, interval: 50 }
const program = findRedisServer()
type Addresses = RedisCluster['addresses']

vi.spyOn(process, 'emitWarning').mockImplementation(() => {})

async function ioredis(client: Cluster5 | Cluster6): Promise<RedisBusClient> {
  client.on('error', () => {})
  onTestFinished(() => client.disconnect())
  await new Promise((resolve) => client.once('ready', resolve))
  return client
}

/** What all versions have. To compare their whole types takes the compiler minutes. */
interface Connectable {
  on(event: 'error', listener: () => void): unknown
  connect(): Promise<unknown>
  disconnect(): Promise<unknown>
}

async function nodeRedis(client: RedisBusClient & Connectable): Promise<RedisBusClient> {
  client.on('error', () => {})
  onTestFinished(() => void client.disconnect().catch(() => {}))
  await client.connect()
  return client
}

const rootNodes = (addresses: Addresses) => addresses.map(({ host, port }) => ({ url: `redis://${host}:${port}` }))
const clients: readonly { readonly name: string; connect(addresses: Addresses): Promise<RedisBusClient> }[] = [
  { name: 'ioredis 6', connect: (all) => ioredis(new Cluster6([...all])) },
  { name: 'ioredis 5', connect: (all) => ioredis(new Cluster5([...all])) },
  { name: 'redis 6', connect: (all) => nodeRedis(createCluster6({ rootNodes: rootNodes(all) })) },
  { name: 'redis 5', connect: (all) => nodeRedis(createCluster5({ rootNodes: rootNodes(all) })) },
  { name: 'redis 4', connect: (all) => nodeRedis(createCluster4({ rootNodes: rootNodes(all) })) },
]

/** Takes one unit many times at once, from several limiters in turn, all by Redis. Returns how often it was admitted. */
async function admitted(limiters: readonly RateLimiter[], subject: string, times: number): Promise<number> {
  const takes = Array.from({ length: times }, (_, at) => limiters[at % limiters.length]?.take(subject, [perHour], 1))
  const verdicts = await Promise.all(takes)
  expect(verdicts.map((verdict) => verdict?.degraded)).not.toContain(true)
  return verdicts.filter((verdict) => verdict?.admitted).length
}

async function isDegraded(limiter: RateLimiter, subject: string): Promise<boolean> {
  return (await limiter.take(subject, [perHour], 0)).degraded
}

async function spend(limiter: FailureLimiter, network: string, times: number): Promise<number> {
  const bounds = [{ network, limit: 5, windowMs: 3_600_000 }]
  const verdicts = await Promise.all(Array.from({ length: times }, () => limiter.reserve(bounds)))
  const reserved = verdicts.flatMap((verdict) => (verdict.reserved ? [verdict] : []))
  for (const { settle } of reserved) settle(true)
  return reserved.length
}

if (!testsEverything) repeatOnly('a Redis Cluster')
else if (program === null) it('redis-server is installed', () => expect(program).not.toBeNull())
else {
  let cluster: RedisCluster
  beforeAll(async () => {
    cluster = await redisCluster(program)
  })
  afterAll(() => cluster?.remove())

  it('a limit of 50 admits exactly 50 of 200 calls at once from 4 processes in a cluster (RATE-4)', async () => {
    const script = join(import.meta.dirname, 'fixtures/take.ts')
    const [keyPrefix, url] = [newPrefix(), cluster.masters[0]?.url ?? '']
    const take = (name: string) =>
      promisify(execFile)(process.execPath, [...sourceArguments, script, name, url, keyPrefix, 'k1', '50'])
    const outputs = await Promise.all(
      ['ioredis cluster', 'redis cluster', 'ioredis cluster', 'redis cluster'].map(take),
    )
    expect(outputs.reduce((sum, { stdout }) => sum + Number(stdout), 0)).toBe(50)
  })

  it.each(['', 'k', 'a:{k}:1', 'a:{}:{k}', '{{k}}', '{k', '}k{x}', 'é{ü}'])(
    'the slot of %j is that of Redis',
    async (key) => {
      const [node] = cluster.masters
      if (node !== undefined) expect(await cluster.command(node, 'CLUSTER', 'KEYSLOT', key)).toBe(slotOf([key]))
    },
  )

  describe.each(clients)('a cluster over $name', ({ connect }) => {
    it('limits are exact over two clients, on each master, and one call takes from all limits or none', async () => {
      const keyPrefix = newPrefix()
      const make = async () => redisRateLimiter(await connect(cluster.addresses), { keyPrefix, timeoutMs: 1_000 })
      const limiters = [await make(), await make()]
      for (const master of [0, 1, 2]) {
        const subject = cluster.subjectOn(master)
        expect(await admitted(limiters, subject, 40)).toBe(12)
        const refused = await limiters[0]?.take(subject, [perDay, perHour], 1)
        expect(refused).toMatchObject({ admitted: false, degraded: false, states: [{ remaining: 1_000 }, {}] })
      }
    })

    it('failed attempts are exact over two clients, on each master', async () => {
      const keyPrefix = newPrefix()
      const make = async () => redisFailureLimiter(await connect(cluster.addresses), { keyPrefix, timeoutMs: 1_000 })
      const [one, other] = [await make(), await make()]
      for (const master of [0, 1, 2]) {
        const network = cluster.subjectOn(master)
        const counts = await Promise.all([spend(one, network, 10), spend(other, network, 10)])
        expect(counts.reduce((sum, count) => sum + count)).toBe(5)
      }
    })

    it('while a master is away, the others go on counting; its subjects are counted here, and there again later', async () => {
      const keyPrefix = newPrefix()
      const onOutage = vi.fn()
      const options = { keyPrefix, timeoutMs: 500, onOutage, expectedInstances: 4 }
      const limiters = [
        redisRateLimiter(await connect(cluster.addresses), options),
        redisRateLimiter(await connect(cluster.addresses), options),
      ]
      const [limiter] = limiters as [RateLimiter]
      const lost = cluster.subjectOn(1)
      expect(await isDegraded(limiter, lost)).toBe(false)
      await cluster.masters[1]?.kill()
      onTestFinished(async () => {
        await cluster.isWell()
      })
      try {
        expect(await limiter.take(lost, [perHour], 1)).toMatchObject({ degraded: true, states: [{ remaining: 2 }] })
        for (const master of [0, 2, 0, 2]) {
          // The breaker of the dead master is open, or it is just being tried, all the time.
          const [dead, well] = [cluster.subjectOn(1), cluster.subjectOn(master)]
          const deadOnes = Promise.all(Array.from({ length: 20 }, () => limiter.take(dead, [perHour], 1)))
          expect(await admitted(limiters, well, 40)).toBe(12)
          const verdicts = await deadOnes
          expect(verdicts.every(({ degraded }) => degraded)).toBe(true)
          expect(verdicts.filter((verdict) => verdict.admitted)).toHaveLength(3)
        }
        expect(onOutage).toHaveBeenCalled()
      } finally {
        await cluster.masters[1]?.start()
      }
      const fresh = cluster.subjectOn(1)
      for (const one of limiters)
        await vi.waitFor(async () => expect(await isDegraded(one, fresh)).toBe(false), patience)
      expect(await admitted(limiters, fresh, 40)).toBe(12)
    })

    it('once a replica has replaced a master, its subjects are counted there', async () => {
      const options = { keyPrefix: newPrefix(), timeoutMs: 500, onOutage: () => {} }
      const limiters = [
        redisRateLimiter(await connect(cluster.addresses), options),
        redisRateLimiter(await connect(cluster.addresses), options),
      ]
      const { recover } = await cluster.failOver()
      try {
        const subject = cluster.subjectOn(2)
        for (const one of limiters) {
          await vi.waitFor(async () => expect(await isDegraded(one, subject)).toBe(false), patience)
        }
        expect(await admitted(limiters, subject, 40)).toBe(12)
      } finally {
        await recover()
      }
    })

    it('a bus reaches all clients, also when the node is gone that it listened at (B15)', async () => {
      const channel = newPrefix()
      const buses = [
        redisBus(await connect(cluster.addresses), { channel }),
        redisBus(await connect(cluster.addresses), { channel }),
      ]
      const ends = buses.map((bus) => {
        const [messages, states]: [string[], boolean[]] = [[], []]
        const stop = bus.subscribe(
          (id) => messages.push(id),
          (state) => states.push(state),
        )
        onTestFinished(async () => void (await stop()))
        return { messages, states }
      })
      const allListen = () => expect.poll(() => ends.map(({ states }) => states.at(-1))).toEqual([true, true])
      await allListen()
      await buses[0]?.publish('k1')
      for (const { messages } of ends) await expect.poll(() => messages).toEqual(['k1'])

      for (const node of cluster.masters.slice(0, 2)) {
        await cluster.command(node, 'CLIENT', 'KILL', 'TYPE', 'pubsub')
      }
      await cluster.masters[1]?.kill()
      try {
        await allListen()
        await vi.waitFor(async () => {
          await buses[1]?.publish('k2')
          for (const { messages } of ends) expect(messages).toContain('k2')
        }, patience)
      } finally {
        await cluster.masters[1]?.start()
        await cluster.isWell()
      }
    })
  })
}
