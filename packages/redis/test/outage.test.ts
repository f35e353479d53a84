import { setTimeout as sleep } from 'node:timers/promises'
import { createKeyring, defineAccess, hmacSha256, memoryStore } from '@keywright/core'
import type { RateLimiter } from '@keywright/core/limits'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { RateLimiterUnavailable, type RedisRateLimiterOptions, redisRateLimiter } from '../src/index.js'
import { clients, connectForTest, newPrefix } from './clients.js'
import { redisIsThere, redisUrl } from './redis-server.js'
import { tcpProxy } from './tcp-proxy.js'

const perHour = { name: 'hour', limit: 12, windowMs: 3_600_000 }
const perDay = { name: 'day', limit: 1_000, windowMs: 86_400_000 }
/** What a busy machine may lose between two steps, in milliseconds. */
const slack = 40
const patience = { timeout: 5_000, interval: 10 }

const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
afterEach(() => warnings.mockClear())

/** A limiter behind a proxy. */
async function behindProxy(name: string, options: RedisRateLimiterOptions & { isUp?: boolean } = {}) {
  const { isUp = true, ...rest } = options
  const proxy = await tcpProxy(redisUrl, { isUp })
  const { client, ready } = connectForTest(name, proxy.url)
  if (isUp) await ready
  return { proxy, client, limiter: redisRateLimiter(client, { keyPrefix: newPrefix(), ...rest }) }
}

const isDegraded = async (limiter: RateLimiter) => (await limiter.take('probe', [perHour], 0)).degraded

/**
 * Makes `count` calls, one each millisecond or so. How long after 50 ms the latest of them was decided, by timers of this
 * process: where it is slow itself, both are late.
 */
async function lateness(limiter: RateLimiter, count: number): Promise<number> {
  const late = Array.from({ length: count }, async (_, index) => {
    await sleep(index)
    const due = sleep(50).then(() => performance.now())
    await limiter.take(`k${index}`, [perHour], 1)
    const decidedAt = performance.now()
    return decidedAt - (await due)
  })
  return Math.max(...(await Promise.all(late)))
}

describe.skipIf(!redisIsThere).each(clients.map(({ name }) => name))('over %s', (name) => {
  it('starts while Redis is down, decides alone at once, says so once, and heals (FI-10)', async () => {
    const onOutage = vi.fn()
    const { proxy, limiter } = await behindProxy(name, { isUp: false, onOutage })
    expect(await lateness(limiter, 100)).toBeLessThan(slack)
    expect(await limiter.take('k', [perHour], 1)).toEqual({
      admitted: true,
      states: [{ policy: perHour, remaining: 11, resetMs: 3_600_000 }],
      degraded: true,
    })
    expect(onOutage.mock.calls).toEqual([[expect.any(Error)]])

    await proxy.heal()
    await vi.waitFor(async () => expect(await isDegraded(limiter)).toBe(false), patience)
  })

  it.each(['cut', 'blackhole'] as const)(
    'decides in time when Redis dies under load by a %s, and heals (FI-11)',
    async (end) => {
      const { proxy, limiter } = await behindProxy(name)
      expect(await isDegraded(limiter)).toBe(false)
      const load = lateness(limiter, 400)
      await sleep(100)
      await proxy[end]()
      expect(await load).toBeLessThan(slack)
      expect(await isDegraded(limiter)).toBe(true)

      await proxy.heal()
      await vi.waitFor(async () => expect(await isDegraded(limiter)).toBe(false), patience)
    },
  )
})

describe.skipIf(!redisIsThere).each(['ioredis 6', 'redis 6'])('over %s', (name) => {
  it('asks a dead Redis now and then, not with each of 600 calls', async () => {
    const { proxy, limiter } = await behindProxy(name)
    await isDegraded(limiter)
    proxy.answerScriptsWith('LOADING Redis is loading the dataset in memory')
    const before = proxy.scripts
    await lateness(limiter, 600)
    expect(proxy.scripts - before).toBeGreaterThan(1)
    expect(proxy.scripts - before).toBeLessThan(60)
  })

  it.each([
    'LOADING Redis is loading the dataset in memory',
    "READONLY You can't write against a read only replica.",
    'NOSCRIPT No matching script. Please use EVAL.',
    "OOM command not allowed when used memory > 'maxmemory'.",
    'MOVED 3999 127.0.0.1:6381',
  ])('takes %s as being down, until it is over (FI-12)', async (error) => {
    const onOutage = vi.fn()
    const { proxy, limiter } = await behindProxy(name, { onOutage })
    expect(await limiter.take('k', [perHour], 3)).toMatchObject({ degraded: false })
    proxy.answerScriptsWith(error)
    expect(await limiter.take('k', [perHour], 1)).toMatchObject({ degraded: true, states: [{ remaining: 11 }] })
    expect(onOutage).toHaveBeenCalledWith(expect.objectContaining({ message: expect.stringContaining(error) }))
    await proxy.heal()
    await vi.waitFor(async () => expect(await isDegraded(limiter)).toBe(false), patience)
    expect(await limiter.take('k', [perHour], 0)).toMatchObject({ states: [{ remaining: 9 }] })
  })
})

describe('without Redis, a limiter', () => {
  const [name = ''] = clients.map((one) => one.name)
  const down = async (options: RedisRateLimiterOptions) =>
    (await behindProxy(name, { isUp: false, ...options })).limiter

  it('admits its share of each limit, and at least one unit, under the names and limits of the whole (RATE-8)', async () => {
    const limiter = await down({ expectedInstances: 5 })
    const policies = [perHour, { ...perDay, limit: 3 }]
    expect(await limiter.take('k', policies, 1)).toMatchObject({
      admitted: true,
      states: [
        { policy: perHour, remaining: 1 },
        { policy: { limit: 3 }, remaining: 0 },
      ],
    })
    expect(await limiter.take('k', policies, 1)).toMatchObject({ admitted: false, violated: ['day'], degraded: true })
    const many = await Promise.all(Array.from({ length: 50 }, () => limiter.take('other', [perHour], 1)))
    expect(many.filter(({ admitted }) => admitted)).toHaveLength(2)
  })

  it('does not say never to what is only above its share (RATE-10)', async () => {
    const limiter = await down({ expectedInstances: 5 })
    expect(await limiter.take('k', [perHour], 12)).toMatchObject({ admitted: false, retryAfterMs: 3_600_000 })
    expect(await limiter.take('k', [perHour], 13)).toMatchObject({ admitted: false, retryAfterMs: null })
  })

  it('admits everything, where it was told to be open', async () => {
    const limiter = await down({ outage: 'open' })
    for (const _ of [1, 2]) {
      expect(await limiter.take('k', [perHour], 12)).toEqual({
        admitted: true,
        states: [{ policy: perHour, remaining: 12, resetMs: 0 }],
        degraded: true,
      })
    }
  })

  it('throws, where it was told to be closed: as HTTP, 503', async () => {
    const limiter = await down({ outage: 'closed' })
    await expect(limiter.take('k', [perHour], 1)).rejects.toBeInstanceOf(RateLimiterUnavailable)
    const keyring = createKeyring({
      prefix: 'tk',
      access: defineAccess({ scopes: { 'tasks.read': 'See tasks' } }),
      store: memoryStore(),
      hasher: hmacSha256({ current: 'p1', peppers: { p1: 'a pepper of thirty-two bytes or so' } }),
      resolveOwner: 'uncapped',
      rateLimits: { hour: perHour },
      rateLimiter: limiter,
    })
    const { token } = await keyring.create({ name: 'ci', owner: { type: 'organization', id: 'org1' } })
    expect(await keyring.verify(token.reveal())).toMatchObject({
      refusal: { code: 'auth_unavailable', reason: 'limits', cause: { code: 'rate_limiter_unavailable' } },
    })
  })

  it('warns the process, where nobody else is told', async () => {
    const limiter = await down({})
    await limiter.take('k', [perHour], 1)
    await limiter.take('k', [perHour], 1)
    expect(warnings.mock.calls).toEqual([
      [
        'Rate limits are decided without Redis: The Redis client is not connected',
        { type: 'KeywrightWarning', code: 'KEYWRIGHT_REDIS_UNAVAILABLE' },
      ],
    ])
  })

  it('says so again after a minute, and lets nothing out of whom it tells', async () => {
    const onOutage = vi.fn(() => {
      throw new Error('of the host')
    })
    const limiter = await down({ onOutage })
    for (const _ of [1, 2]) await limiter.take('k', [perHour], 1)
    expect(onOutage).toHaveBeenCalledTimes(1)
    const minuteLater = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 60_000)
    for (const _ of [1, 2]) expect(await limiter.take('k', [perHour], 1)).toMatchObject({ degraded: true })
    expect(onOutage).toHaveBeenCalledTimes(2)
    minuteLater.mockRestore()
  })

  it('checks its arguments all the same, and calls that no fault of Redis', async () => {
    const onOutage = vi.fn()
    const limiter = await down({ onOutage })
    await expect(limiter.take('k', [perHour], -1)).rejects.toMatchObject({ code: 'invalid_input' })
    expect(onOutage).not.toHaveBeenCalled()
  })
})

it.each<[string, unknown, RedisRateLimiterOptions]>([
  ['client', null, {}],
  ['client', {}, {}],
  ['client', { eval: () => {} }, {}],
  ['keyPrefix', undefined, { keyPrefix: 'a{b}' }],
  ['expectedInstances', undefined, { expectedInstances: 0 }],
  ['expectedInstances', undefined, { expectedInstances: 1.5 }],
  ['timeoutMs', undefined, { timeoutMs: 0 }],
  ['timeoutMs', undefined, { timeoutMs: 1_001 }],
  ['outage', undefined, { outage: 'shut' as 'closed' }], // wrong on purpose
])('refuses to start with a wrong %s (%s, %s)', (field, given, options) => {
  const client = given === undefined ? connectForTest('redis 6').client : given
  // @ts-expect-error wrong on purpose
  expect(() => redisRateLimiter(client, options)).toThrow(`Option ${field}: expected`)
})
