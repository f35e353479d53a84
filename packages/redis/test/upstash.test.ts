import { testRateLimiter } from '@keywright/testkit'
import { Redis } from '@upstash/redis'
import { describe, expect, it, vi } from 'vitest'
import { redisBus, redisFailureLimiter, redisRateLimiter } from '../src/index.js'
import { connectForTest, newPrefix } from './clients.js'
import { redisIsThere } from './redis-server.js'
import { upstashServer } from './upstash-server.js'

const perHour = { name: 'hour', limit: 12, windowMs: 3_600_000 }
const patience = { timeout: 30_000, interval: 10 }

async function open(options: { readonly enableAutoPipelining?: boolean } = {}) {
  const server = await upstashServer()
  const client = new Redis({ url: server.url, token: server.token, retry: false, enableTelemetry: false, ...options })
  return { server, client }
}

describe.skipIf(!redisIsThere)('over the REST API of Upstash', () => {
  testRateLimiter({
    name: 'Redis by @upstash/redis',
    open: async () => {
      const { client } = await open()
      return redisRateLimiter(client, { keyPrefix: newPrefix(), onUnavailable: 'fail-closed', timeoutMs: 1_000 })
    },
  })

  it.each([true, false])('counts together with a client of Redis itself (pipelines of its own: %s)', async (isOn) => {
    const options = { keyPrefix: newPrefix(), onUnavailable: 'fail-closed', timeoutMs: 1_000 } as const
    const { client } = await open({ enableAutoPipelining: isOn })
    const direct = connectForTest('ioredis 6')
    await direct.ready
    const limiters = [redisRateLimiter(client, options), redisRateLimiter(direct.client, options)]
    const takes = Array.from({ length: 40 }, (_, at) => limiters[at % 2]?.take('k', [perHour], 1))
    expect((await Promise.all(takes)).filter((verdict) => verdict?.admitted)).toHaveLength(12)
  })

  it('counts failed attempts, and gives back those that were none', async () => {
    const { client } = await open()
    const limiter = redisFailureLimiter(client, { keyPrefix: newPrefix(), timeoutMs: 1_000 })
    const bounds = [{ network: '203.0.113.9', limit: 3, windowMs: 3_600_000 }]
    const reserve = async () => {
      const verdicts = await Promise.all(Array.from({ length: 10 }, () => limiter.reserve(bounds)))
      return verdicts.flatMap((verdict) => (verdict.reserved ? [verdict] : []))
    }
    const good = await reserve()
    expect(good).toHaveLength(3)
    for (const { settle } of good) settle(false)
    const bad: Awaited<ReturnType<typeof reserve>> = []
    await vi.waitFor(async () => expect(bad.push(...(await reserve()))).toBe(3), patience)
    for (const { settle } of bad) settle(true)
    await vi.waitFor(
      async () => expect(await limiter.reserve(bounds)).toMatchObject({ reserved: false, isSpent: true }),
      patience,
    )
  })

  it.each([500, 429])('decides by itself while the API answers %s, and recovers (FI-12)', async (status) => {
    const { server, client } = await open()
    const onOutage = vi.fn()
    const limiter = redisRateLimiter(client, { keyPrefix: newPrefix(), timeoutMs: 1_000, onOutage })
    expect(await limiter.take('k', [perHour], 3)).toMatchObject({ degraded: false })
    server.fail(status)
    const before = server.requests
    for (let call = 0; call < 50; call += 1) {
      expect(await limiter.take(`k${call}`, [perHour], 1)).toMatchObject({ degraded: true })
    }
    expect(server.requests - before).toBeLessThan(25)
    expect(onOutage).toHaveBeenCalledTimes(1)
    server.fail(null)
    await vi.waitFor(async () => expect((await limiter.take('k', [perHour], 0)).degraded).toBe(false), patience)
    expect(await limiter.take('k', [perHour], 0)).toMatchObject({ states: [{ remaining: 9 }] })
  })
})

it('redisBus refuses a client of @upstash/redis, which cannot listen', () => {
  const client = new Redis({ url: 'https://example.com', token: 't' })
  // @ts-expect-error a client over HTTP cannot listen
  expect(() => redisBus(client)).toThrow(expect.objectContaining({ code: 'invalid_options', field: 'client' }))
})
