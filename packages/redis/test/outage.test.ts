import { setTimeout as sleep } from 'node:timers/promises'
import { createKeyring, defineAccess, hmacSha256, memoryStore, type RateLimiter } from '@keywright/core'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  RateLimiterUnavailable,
  type RedisClient,
  type RedisRateLimiterOptions,
  redisRateLimiter,
} from '../src/index.js'
import { clients, connectForTest, newPrefix } from './clients.js'
import { redisProxy } from './redis-proxy.js'
import { redisIsThere } from './redis-server.js'

const perHour = { name: 'hour', limit: 12, windowMs: 3_600_000 }
const perDay = { name: 'day', limit: 1_000, windowMs: 86_400_000 }
const patience = { timeout: 30_000, interval: 10 }
/** For Redis to answer in, on a busy machine as well. */
const unhurried = { timeoutMs: 1_000 }

const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
afterEach(() => warnings.mockClear())

/** A limiter behind a proxy. */
async function behindProxy(name: string, options: RedisRateLimiterOptions & { isUp?: boolean } = {}) {
  const { isUp = true, ...rest } = options
  const proxy = await redisProxy({ isUp })
  const { client, ready } = connectForTest(name, proxy.url)
  if (isUp) await ready
  return { proxy, client, limiter: redisRateLimiter(client, { keyPrefix: newPrefix(), ...rest }) }
}

const isDegraded = async (limiter: RateLimiter) => (await limiter.take('probe', [perHour], 0)).degraded

/** Makes `count` calls, one each millisecond or so. Settles when all of them are decided. */
function load(limiter: RateLimiter, count: number, onDecided = () => {}): Promise<unknown> {
  const calls = Array.from({ length: count }, async (_, index) => {
    await sleep(index)
    const verdict = await limiter.take(`k${index}`, [perHour], 1)
    onDecided()
    return verdict
  })
  return Promise.all(calls)
}

describe.skipIf(!redisIsThere).each(clients.map(({ name }) => name))('over %s', (name) => {
  it('starts while Redis is down, decides by itself in time, reports it once, and recovers (FI-10)', async () => {
    const onOutage = vi.fn()
    const { proxy, limiter } = await behindProxy(name, { isUp: false, onOutage })
    await load(limiter, 100) // all are decided, and Redis is still down
    expect(await limiter.take('k', [perHour], 1)).toEqual({
      admitted: true,
      states: [{ policy: perHour, remaining: 11, resetMs: 3_600_000 }],
      degraded: true,
    })
    expect(onOutage.mock.calls).toEqual([[expect.any(Error)]])

    proxy.heal()
    await vi.waitFor(async () => expect(await isDegraded(limiter)).toBe(false), patience)
  })

  it.each(['refuse', 'freeze'] as const)(
    'decides in time when Redis fails under load (%s), and recovers (FI-11)',
    async (end) => {
      const { proxy, limiter } = await behindProxy(name)
      await vi.waitFor(async () => expect(await isDegraded(limiter)).toBe(false), patience)
      let decided = 0
      const all = load(limiter, 400, () => {
        decided += 1
      })
      await vi.waitFor(() => expect(decided).toBeGreaterThan(50), patience)
      await proxy[end]()
      await all // all are decided, and Redis has not come back
      expect(await isDegraded(limiter)).toBe(true)

      proxy.heal()
      await vi.waitFor(async () => expect(await isDegraded(limiter)).toBe(false), patience)
    },
  )
})

describe.skipIf(!redisIsThere).each(['ioredis 6', 'redis 6'])('over %s', (name) => {
  it('asks an unavailable Redis with few of 600 calls', async () => {
    const { proxy, limiter } = await behindProxy(name, unhurried)
    await isDegraded(limiter)
    proxy.answerScriptsWith('LOADING Redis is loading the dataset in memory')
    const before = proxy.scripts
    // One after the other: of those at once, each would ask before the first is answered.
    for (let call = 0; call < 600; call += 1) await limiter.take(`k${call}`, [perHour], 1)
    expect(proxy.scripts - before).toBeLessThan(60)
    await vi.waitFor(async () => {
      await limiter.take('later', [perHour], 1)
      expect(proxy.scripts - before).toBeGreaterThan(1)
    }, patience)
  })

  it.each([
    'LOADING Redis is loading the dataset in memory',
    "READONLY You can't write against a read only replica.",
    'NOSCRIPT No matching script. Please use EVAL.',
    "OOM command not allowed when used memory > 'maxmemory'.",
    'MOVED 3999 127.0.0.1:6381',
  ])('treats %s as an outage until it ends (FI-12)', async (error) => {
    const onOutage = vi.fn()
    const { proxy, limiter } = await behindProxy(name, { onOutage, ...unhurried })
    expect(await limiter.take('k', [perHour], 3)).toMatchObject({ degraded: false })
    proxy.answerScriptsWith(error)
    expect(await limiter.take('k', [perHour], 1)).toMatchObject({ degraded: true, states: [{ remaining: 11 }] })
    expect(onOutage).toHaveBeenCalledWith(expect.objectContaining({ message: expect.stringContaining(error) }))
    proxy.heal()
    await vi.waitFor(async () => expect(await isDegraded(limiter)).toBe(false), patience)
    expect(await limiter.take('k', [perHour], 0)).toMatchObject({ states: [{ remaining: 9 }] })
  })
})

describe('a limiter without Redis', () => {
  const [name = ''] = clients.map((one) => one.name)
  const down = async (options: RedisRateLimiterOptions) =>
    (await behindProxy(name, { isUp: false, ...options })).limiter

  it('admits its share of each limit, at least one unit, and reports the whole limits (RATE-8)', async () => {
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

  it('returns a finite retryAfterMs for a cost above its share but below the limit (RATE-10)', async () => {
    const limiter = await down({ expectedInstances: 5 })
    expect(await limiter.take('k', [perHour], 12)).toMatchObject({ admitted: false, retryAfterMs: 3_600_000 })
    expect(await limiter.take('k', [perHour], 13)).toMatchObject({ admitted: false, retryAfterMs: null })
  })

  it('admits every call with fail-open', async () => {
    const limiter = await down({ onUnavailable: 'fail-open' })
    for (const _ of [1, 2]) {
      expect(await limiter.take('k', [perHour], 12)).toEqual({
        admitted: true,
        states: [{ policy: perHour, remaining: 12, resetMs: 0 }],
        degraded: true,
      })
    }
  })

  it('throws RateLimiterUnavailable with fail-closed, and the keyring refuses with auth_unavailable', async () => {
    const limiter = await down({ onUnavailable: 'fail-closed' })
    await expect(limiter.take('k', [perHour], 1)).rejects.toBeInstanceOf(RateLimiterUnavailable)
    const keyring = createKeyring({
      prefix: 'tk',
      access: defineAccess({ scopes: { 'tasks.read': 'See tasks' } }),
      store: memoryStore(),
      hasher: hmacSha256({ current: 'p1', peppers: { p1: 'a pepper of thirty-two bytes or so' } }),
      resolveOwner: 'uncapped',
      rateLimits: { hour: { limit: perHour.limit, windowMs: perHour.windowMs } },
      rateLimiter: limiter,
    })
    const { token } = await keyring.create({ name: 'ci', owner: { type: 'organization', id: 'org1' } })
    expect(await keyring.verify(token.reveal())).toMatchObject({
      refusal: { code: 'auth_unavailable', reason: 'limits', cause: { code: 'rate_limiter_unavailable' } },
    })
  })

  it('emits one process warning when onOutage is left out', async () => {
    const limiter = await down({})
    await limiter.take('k', [perHour], 1)
    await limiter.take('k', [perHour], 1)
    expect(warnings.mock.calls).toEqual([
      [
        'Limits are decided without Redis, which does not answer or refuses to. Pass onOutage to get the error itself.',
        { type: 'KeywrightWarning', code: 'KEYWRIGHT_REDIS_UNAVAILABLE' },
      ],
    ])
  })

  it.each([
    ['a code', Object.assign(new Error('connect redis://:hunter2@db'), { code: 'ECONNREFUSED' }), ' (ECONNREFUSED)'],
    ['a word of Redis', new Error('NOAUTH hunter2'), ' (NOAUTH)'],
    ['neither', new Error('cannot reach redis://:hunter2@db'), ''],
    ['a text', 'redis://:hunter2@db', ''],
  ])('warns with no more of an error than its code, of one with %s', async (_, error, code) => {
    const client = { status: 'ready', eval: () => Promise.reject(error) } as unknown as RedisClient // all that is called
    await redisRateLimiter(client).take('k', [perHour], 1)
    const text = `Limits are decided without Redis, which does not answer or refuses to${code}. `
    expect(warnings.mock.calls).toMatchObject([[`${text}Pass onOutage to get the error itself.`, {}]])
  })

  it('tells the next outage as well, where the one before was over at once (FI-43)', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const host: { error: Error | null } = { error: null }
    const run = () => (host.error === null ? Promise.resolve([1, 1, 1_000]) : Promise.reject(host.error))
    const client = { status: 'ready', eval: run } as unknown as RedisClient // all that is called
    const onOutage = vi.fn()
    const limiter = redisRateLimiter(client, { onOutage })
    const pass = async (ms: number) => {
      for (let at = 0; at < ms; at += 10) {
        await limiter.take('k', [perHour], 1)
        await vi.advanceTimersByTimeAsync(10)
      }
    }
    host.error = new Error('a blip')
    await pass(40)
    host.error = null
    await pass(1_000)
    host.error = new Error('the real one')
    await pass(900)
    expect(onOutage.mock.calls).toEqual([[new Error('a blip')]])
    await pass(5_000)
    expect(onOutage.mock.calls).toEqual([[new Error('a blip')], [host.error]])
  })

  it('calls onOutage again after a minute, and ignores its errors', async () => {
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

  it('gives Redis 40 ms to answer, then decides alone (FI-11)', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const silent: RedisClient = {
      status: 'ready',
      eval: () => new Promise(() => {}),
      publish: async () => 0,
      duplicate: () => expect.unreachable(),
    }
    const decided = vi.fn()
    const verdict = redisRateLimiter(silent).take('k', [perHour], 1)
    void verdict.then(decided)
    await vi.advanceTimersByTimeAsync(39)
    expect(decided).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(await verdict).toMatchObject({ admitted: true, degraded: true })
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
  ['onOutage', undefined, { onOutage: 'log' as unknown as () => void }], // wrong on purpose
  ['onUnavailable', undefined, { onUnavailable: 'closed' as 'fail-closed' }], // wrong on purpose
])('throws InvalidOptions for a wrong %s (%s, %s)', (field, given, options) => {
  const client = given === undefined ? connectForTest('redis 6').client : given
  // @ts-expect-error wrong on purpose
  expect(() => redisRateLimiter(client, options)).toThrow(`Option ${field} must be `)
})

const names = 'keyPrefix, onUnavailable, expectedInstances, timeoutMs, onOutage'
it.each<[string, unknown, string]>([
  ['a misspelt keyPrefix', { keyPrefx: 'a:' }, 'Unknown option keyPrefx. Did you mean keyPrefix?'],
  [
    'a misspelt onUnavailable',
    { onUnavaliable: 'fail-closed' },
    'Unknown option onUnavaliable. Did you mean onUnavailable?',
  ],
  [
    'a misspelt expectedInstances',
    { expectedInstance: 4 },
    'Unknown option expectedInstance. Did you mean expectedInstances?',
  ],
  ['a misspelt timeoutMs', { timeoutms: 10 }, 'Unknown option timeoutms. Did you mean timeoutMs?'],
  ['a misspelt onOutage', { onOutrage: () => {} }, 'Unknown option onOutrage. Did you mean onOutage?'],
  ['null as options', null, `Option options must be an object with some of: ${names}.`],
  ['a text as options', 'a:', `Option options must be an object with some of: ${names}.`],
])('redisRateLimiter refuses %s, and sends nothing', (_, options, message) => {
  const client = { status: 'ready', eval: vi.fn() }
  // @ts-expect-error wrong on purpose
  expect(() => redisRateLimiter(client, options)).toThrow(expect.objectContaining({ code: 'invalid_options', message }))
  expect(client.eval).not.toHaveBeenCalled()
})
