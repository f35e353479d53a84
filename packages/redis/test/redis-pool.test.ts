import { testRateLimiter } from '@keywright/testkit'
import { createClientPool as createPool6, createSentinel as createSentinel6 } from 'redis'
import { createClientPool as createPool5, createSentinel as createSentinel5 } from 'redis5'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { unlessEverything } from '../../../test/support/everything.js'
import { type NodeRedisPoolLike, type NodeRedisSentinelLike, redisBus, redisRateLimiter } from '../src/index.js'
import { connectForTest, newPrefix } from './clients.js'
import { redisProxy } from './redis-proxy.js'
import { redisIsThere, redisUrl } from './redis-server.js'

const perHour = { name: 'hour', limit: 12, windowMs: 3_600_000 }
const patience = { timeout: 30_000, interval: 10 }
const socket = { reconnectStrategy: () => 50 }
/** What both versions have. To compare their whole types takes the compiler gigabytes. */
interface Pool extends NodeRedisPoolLike {
  on(event: 'error', listener: () => void): unknown
  connect(): Promise<unknown>
  destroy(): void
}

const supported: readonly { readonly name: string; make(url: string): Pool }[] = [
  { name: 'redis 6', make: (url) => createPool6({ url, socket }) },
  { name: 'redis 5', make: (url) => createPool5({ url, socket }) },
]
const pools = unlessEverything(
  supported,
  ({ name }) => name.endsWith(' 6'),
  ({ name }) => `a pool of ${name}`,
)

function poolForTest(
  make: (url: string) => Pool,
  url: string,
): { readonly client: Pool; readonly ready: Promise<unknown> } {
  const client = make(url)
  client.on('error', () => {})
  onTestFinished(() => client.destroy())
  return { client, ready: client.connect() }
}

describe.skipIf(!redisIsThere).each(pools)('a pool of $name', ({ name, make }) => {
  testRateLimiter({
    name: `Redis by a pool of ${name}`,
    open: async () => {
      const { client, ready } = poolForTest(make, redisUrl)
      await ready
      return redisRateLimiter(client, { keyPrefix: newPrefix(), onUnavailable: 'fail-closed', timeoutMs: 1_000 })
    },
  })

  it('counts nothing later that was decided while Redis was down (FI-10)', async () => {
    const proxy = await redisProxy({ isUp: false })
    const { client, ready } = poolForTest(make, proxy.url)
    const keyPrefix = newPrefix()
    const limiter = redisRateLimiter(client, { keyPrefix, onOutage: () => {} })
    for (let call = 0; call < 3; call += 1) {
      expect(await limiter.take('k', [perHour], 1)).toMatchObject({ degraded: true })
      await new Promise((resolve) => setTimeout(resolve, 260)) // for the limiter to try once more
    }
    proxy.heal()
    await ready
    await vi.waitFor(async () => expect((await limiter.take('k', [perHour], 0)).degraded).toBe(false), patience)
    const direct = connectForTest('ioredis 6')
    await direct.ready
    expect(await direct.command('KEYS', `${keyPrefix}*`)).toEqual([])
  })
})

it.each<[string, Pool]>([
  ['a pool of redis 6', createPool6()],
  ['a pool of redis 5', createPool5()],
])('redisBus refuses %s, which cannot listen', (_, client) => {
  // @ts-expect-error a pool cannot listen
  expect(() => redisBus(client)).toThrow(
    'Option client must be a client of ioredis or redis that can listen: of one server or of a cluster, not a pool, createSentinel or @upstash/redis.',
  )
})

const options = { name: 'm', sentinelRootNodes: [{ host: '127.0.0.1', port: 1 }] }
it.each<[string, NodeRedisSentinelLike]>([
  ['redis 6', createSentinel6(options)],
  ['redis 5', createSentinel5(options)],
])('redisBus refuses createSentinel of %s, which does not tell of its breaks', (_, client) => {
  // @ts-expect-error it may not be listened through
  expect(() => redisBus(client)).toThrow(expect.objectContaining({ code: 'invalid_options', field: 'client' }))
})
