import { Redis as Ioredis6 } from 'ioredis'
import { Redis as Ioredis5 } from 'ioredis5'
import { createSentinel as createSentinel6 } from 'redis'
import { createSentinel as createSentinel5 } from 'redis5'
import { expect, it, onTestFinished, vi } from 'vitest'
import { repeatOnly, testsEverything } from '../../../test/support/everything.js'
import { findRedisServer } from '../../../test/support/own-redis.js'
import { type IoredisLike, type RedisClient, redisBus, redisRateLimiter } from '../src/index.js'
import { newPrefix } from './clients.js'
import { redisSentinel, type SentinelSetup } from './redis-sentinel.js'

const perHour = { name: 'hour', limit: 12, windowMs: 3_600_000 }
const patience = { timeout: 30_000, interval: 50 }
const program = findRedisServer()

function ioredis(client: Ioredis5 | Ioredis6): RedisClient & IoredisLike {
  client.on('error', () => {})
  onTestFinished(() => client.disconnect())
  return client
}

/** What both versions have. To compare their whole types takes the compiler gigabytes. */
interface Connectable {
  on(event: 'error', listener: () => void): unknown
  connect(): Promise<unknown>
  destroy(): void
}

async function nodeRedis(client: RedisClient & Connectable): Promise<RedisClient> {
  client.on('error', () => {})
  onTestFinished(() => client.destroy())
  await client.connect()
  return client
}

const follow = ({ name, sentinel }: SentinelSetup) => ({ name, sentinels: [sentinel] })
const roots = ({ name, sentinel }: SentinelSetup) => ({ name, sentinelRootNodes: [sentinel] })
const clients: readonly (readonly [string, (all: SentinelSetup) => RedisClient | Promise<RedisClient>])[] = [
  ['ioredis 6', (all) => ioredis(new Ioredis6(follow(all)))],
  ['ioredis 5', (all) => ioredis(new Ioredis5(follow(all)))],
  ['redis 6', (all) => nodeRedis(createSentinel6(roots(all)))],
  ['redis 5', (all) => nodeRedis(createSentinel5(roots(all)))],
]

async function open(): Promise<SentinelSetup> {
  const setup = await redisSentinel(program ?? '')
  onTestFinished(setup.remove)
  return setup
}

if (!testsEverything) repeatOnly('Redis Sentinel')
else {
  it.each(clients)('%s counts at the replica once a sentinel has made it the master', async (_, connect) => {
    const setup = await open()
    const limiter = redisRateLimiter(await connect(setup), {
      timeoutMs: 1_000,
      keyPrefix: newPrefix(),
      onOutage: () => {},
    })
    const isDegraded = async () => (await limiter.take('k', [perHour], 0)).degraded
    await vi.waitFor(async () => expect(await isDegraded()).toBe(false), patience)
    await limiter.take('k', [perHour], 12)
    await setup.killMaster()
    expect(await isDegraded()).toBe(true)
    await vi.waitFor(async () => expect(await isDegraded()).toBe(false), patience)
    const verdicts = await Promise.all(Array.from({ length: 20 }, () => limiter.take('j', [perHour], 1)))
    expect(verdicts.filter(({ admitted }) => admitted)).toHaveLength(12)
  })

  it('a bus of ioredis listens at the replica once a sentinel has made it the master', async () => {
    const setup = await open()
    const bus = redisBus(ioredis(new Ioredis6(follow(setup))), { channel: newPrefix() })
    const [messages, states]: [string[], boolean[]] = [[], []]
    const stop = bus.subscribe(
      (id) => messages.push(id),
      (state) => states.push(state),
    )
    onTestFinished(async () => void (await stop()))
    await expect.poll(() => states.at(-1)).toBe(true)
    await setup.killMaster()
    await expect.poll(() => states).toContain(false)
    await expect.poll(() => states.at(-1)).toBe(true)
    await bus.publish('k')
    await expect.poll(() => messages).toContain('k')
  })
}
