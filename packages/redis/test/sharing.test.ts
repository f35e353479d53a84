import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { redisRateLimiter } from '../src/index.js'
import { clients, connectForTest, newPrefix } from './clients.js'
import { redisIsThere, redisUrl } from './redis-server.js'
import { sourceArguments } from './source-arguments.js'

const perHour = { name: 'hour', limit: 50, windowMs: 3_600_000 }
const perDay = { name: 'day', limit: 1_000, windowMs: 86_400_000 }
const steady = { onUnavailable: 'fail-closed', timeoutMs: 1_000 } as const

afterEach(() => vi.useRealTimers())

it.skipIf(!redisIsThere)(
  'a limit of 50 admits exactly 50 of 200 calls at once from 4 processes with different clients (RATE-4)',
  async () => {
    const keyPrefix = newPrefix()
    const script = join(import.meta.dirname, 'fixtures/take.ts')
    const take = (name: string) =>
      promisify(execFile)(process.execPath, [...sourceArguments, script, name, redisUrl, keyPrefix, 'k1', '50'])
    const outputs = await Promise.all(['ioredis', 'redis', 'ioredis', 'redis'].map(take))
    expect(outputs.reduce((sum, { stdout }) => sum + Number(stdout), 0)).toBe(50)

    const { client, ready } = connectForTest('ioredis 6')
    await ready
    const { states } = await redisRateLimiter(client, { keyPrefix }).take('k1', [perDay, perHour], 0)
    expect(states.map(({ remaining }) => remaining)).toEqual([950, 0])
  },
)

describe.skipIf(!redisIsThere).each(clients.map(({ name }) => name))('over %s', (name) => {
  it.each([-600_000, 600_000])('a limit ignores a process clock that is off by %s ms (RATE-7, FI-14)', async (off) => {
    const { client, ready } = connectForTest(name)
    await ready
    const limiter = redisRateLimiter(client, { ...steady, keyPrefix: newPrefix() })
    await limiter.take('k1', [perHour], 50)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + off })
    const denial = await limiter.take('k1', [perHour], 1)
    expect(denial.admitted).toBe(false)
    expect(Math.abs((denial.states[0]?.resetMs ?? 0) - 3_600_000)).toBeLessThan(10_000)
  })

  it('a limit starts again when Redis loses its counts, and continues when Redis loses the script (FI-12, FI-13)', async () => {
    // A separate database among the 16, since the test empties it.
    const database = new URL(`/${1 + Math.floor(Math.random() * 15)}`, redisUrl).href
    const { client, command, ready } = connectForTest(name, database)
    await ready
    const limiter = redisRateLimiter(client, { ...steady, keyPrefix: newPrefix() })
    const remaining = async (cost: number) => (await limiter.take('k1', [perHour], cost)).states[0]?.remaining
    expect(await remaining(30)).toBe(20)
    await command('SCRIPT', 'FLUSH')
    expect(await remaining(10)).toBe(10)
    await command('FLUSHDB')
    expect(await remaining(1)).toBe(49)
    expect(await remaining(1)).toBe(48)
  })

  it('a count without an expiry, such as a restored key, gets one', async () => {
    const { client, command, ready } = connectForTest(name)
    await ready
    const keyPrefix = newPrefix()
    const limiter = redisRateLimiter(client, { ...steady, keyPrefix })
    await limiter.take('k1', [perHour], 50)
    const key = `${keyPrefix}{k1}:3600000:hour`
    expect(await command('PERSIST', key)).toBe(1)
    expect(await limiter.take('k1', [perHour], 1)).toMatchObject({ admitted: false, states: [{ resetMs: 3_600_000 }] })
    expect(Number(await command('PTTL', key))).toBeGreaterThan(0)
  })
})
