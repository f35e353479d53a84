import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  createKeyring,
  defineAccess,
  type FailureBound,
  type FailureLimiter,
  memoryStore,
  sha256,
} from '@keywright/core'
import { formatToken } from '@keywright/core/token'
import { describe, expect, it, vi } from 'vitest'
import { unlessEverything } from '../../../test/support/everything.js'
import { type RedisClient, type RedisFailureLimiterOptions, redisFailureLimiter } from '../src/index.js'
import { clients, connectForTest, newPrefix } from './clients.js'
import { redisProxy } from './redis-proxy.js'
import { redisIsThere, redisUrl } from './redis-server.js'
import { sourceArguments } from './source-arguments.js'

const hour = 3_600_000
const narrow = (limit = 3, windowMs = hour): FailureBound => ({ network: '2001:db8:7:1::/64', limit, windowMs })
const wide = (limit = 48, windowMs = hour): FailureBound => ({ network: '2001:db8:7::/48', limit, windowMs })
const patience = { timeout: 30_000, interval: 10 }
const unhurried = { timeoutMs: 1_000 }

vi.spyOn(process, 'emitWarning').mockImplementation(() => {})

async function reserveAll(limiter: FailureLimiter, count: number, bounds = [narrow()]) {
  const verdicts = await Promise.all(Array.from({ length: count }, () => limiter.reserve(bounds)))
  return verdicts.flatMap((verdict) => (verdict.reserved ? [verdict] : []))
}

it.skipIf(!redisIsThere)(
  '4 processes that guess 50 times each at once may try 50 times together (RATE-14)',
  async () => {
    const keyPrefix = newPrefix()
    const script = join(import.meta.dirname, 'fixtures/reserve.ts')
    const reserve = (name: string) =>
      promisify(execFile)(process.execPath, [...sourceArguments, script, name, redisUrl, keyPrefix, 'n1', '50'])
    const outputs = await Promise.all(['ioredis', 'redis', 'ioredis', 'redis'].map(reserve))
    expect(outputs.reduce((sum, { stdout }) => sum + Number(stdout), 0)).toBe(50)

    const { client, ready } = connectForTest('ioredis 6')
    await ready
    const limiter = redisFailureLimiter(client, { ...unhurried, keyPrefix })
    const bound = { network: 'n1', limit: 50, windowMs: hour }
    const all = { network: 'all', limit: 1_000, windowMs: hour }
    expect(await limiter.reserve([bound, all])).toMatchObject({ reserved: false, bound, isSpent: true })
    expect((await reserveAll(limiter, 1_000, [{ ...bound, network: 'n2', limit: 2_000 }, all])).length).toBe(950)
  },
)

it.skipIf(!redisIsThere)(
  'forgets the attempts of a process that is gone, keeps those of one that lives, and counts what ends late (RATE-14, I8)',
  { timeout: 60_000 },
  async () => {
    const { client, ready } = connectForTest('ioredis 6')
    await ready
    const keyPrefix = newPrefix()
    const make = () => redisFailureLimiter(client, { ...unhurried, keyPrefix })
    const [living] = await reserveAll(make(), 1)
    // A process that stands still tells nothing of its attempts, as one that was killed.
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const gone = make()
    const left = await reserveAll(gone, 3)
    vi.useRealTimers()
    expect(left).toHaveLength(2)

    const other = make()
    expect(await other.reserve([narrow()])).toMatchObject({ reserved: false, isSpent: false })
    await vi.waitFor(async () => {
      const free = await reserveAll(other, 3)
      for (const { settle } of free) settle(false)
      expect(free).toHaveLength(2)
    }, patience)
    living?.settle(false)
    for (const { settle } of left) settle(true)
    await other.reserve([wide()]) // a round trip: all have arrived
    const after = await reserveAll(other, 3)
    expect(after).toHaveLength(1)
    for (const { settle } of after) settle(true)
    expect(await other.reserve([narrow()])).toMatchObject({ reserved: false, isSpent: true })
  },
)

const tried = unlessEverything(
  clients.map(({ name }) => name),
  (name) => name === 'ioredis 6',
  (name) => `attempts over ${name}`,
)

describe.skipIf(!redisIsThere).each(tried)('over %s', (name) => {
  async function open(options: RedisFailureLimiterOptions = {}) {
    const { client, command, ready } = connectForTest(name)
    await ready
    const keyPrefix = newPrefix()
    const make = () => redisFailureLimiter(client as RedisClient, { ...unhurried, keyPrefix, ...options })
    return { make, limiter: make(), command, keyPrefix }
  }

  it('gives back the units of attempts that were none, and keeps those of failures, whoever asks (RATE-14)', async () => {
    const { limiter, make, command, keyPrefix } = await open()
    const bounds = [narrow(), wide()]
    const attempts = await reserveAll(limiter, 10, bounds)
    expect(attempts).toHaveLength(3)
    expect(await make().reserve(bounds)).toMatchObject({ reserved: false, bound: narrow(), isSpent: false })
    for (const { settle } of attempts) settle(false)
    const again = await reserveAll(make(), 10, bounds)
    expect(again).toHaveLength(3)
    for (const { settle } of again) settle(true)
    const refused = await make().reserve(bounds)
    expect(refused).toMatchObject({ reserved: false, bound: narrow(), isSpent: true })
    if (!refused.reserved) expect(Math.abs(refused.resetMs - hour)).toBeLessThan(60_000)
    const [kept] = (await command('KEYS', `${keyPrefix}*:2001:db8:7::/48`)) as string[] // as KEYS answers
    expect(await command('HGETALL', kept ?? '')).toBeTruthy()
    expect(await command('HLEN', kept ?? '')).toBe(1)
  })

  it('leaves no trace in Redis of attempts that were none', async () => {
    const { limiter, command, keyPrefix } = await open()
    for (const { settle } of await reserveAll(limiter, 3, [narrow(), wide()])) settle(false)
    await vi.waitFor(async () => expect(await command('KEYS', `${keyPrefix}*`)).toEqual([]), patience)
  })

  it('changes nothing in a window by the end of an attempt of the one before', async () => {
    const { limiter } = await open()
    const bounds = [narrow(1, 1_000)]
    const [before] = await reserveAll(limiter, 1, bounds)
    let attempt = await limiter.reserve(bounds)
    await vi.waitFor(async () => {
      attempt = await limiter.reserve(bounds)
      expect(attempt.reserved).toBe(true)
    }, patience)
    before?.settle(false)
    before?.settle(true)
    await limiter.reserve([wide()]) // a round trip: both have arrived
    const next = await limiter.reserve([narrow(1, 1_000)])
    // Reserved only if the second window is over as well.
    if (!next.reserved) expect(next).toMatchObject({ isSpent: false })
  })

  it('while Redis is away, each process counts its share; then all that ended meanwhile is told (RATE-14)', async () => {
    const proxy = await redisProxy()
    const { client, ready } = connectForTest(name, proxy.url)
    await ready
    const onOutage = vi.fn()
    const limiter = redisFailureLimiter(client, {
      keyPrefix: newPrefix(),
      expectedInstances: 3,
      onOutage,
      ...unhurried,
    })
    const bounds = [narrow(9)]
    const before = await reserveAll(limiter, 9, bounds)
    expect(before).toHaveLength(9)
    await proxy.refuse()
    proxy.cut()
    await vi.waitFor(async () => {
      const verdict = await limiter.reserve([wide()])
      if (verdict.reserved) verdict.settle(false)
      expect(onOutage).toHaveBeenCalledOnce()
    }, patience)
    for (const { settle } of before) settle(false)
    const during = await reserveAll(limiter, 9, bounds)
    expect(during).toHaveLength(3)
    for (const { settle } of during) settle(true)
    expect(await limiter.reserve(bounds)).toMatchObject({ reserved: false, bound: narrow(9), isSpent: true })

    proxy.heal()
    // What was reserved before is given back, so that good keys find all units.
    await vi.waitFor(async () => {
      const after = await reserveAll(limiter, 9, bounds)
      for (const { settle } of after) settle(false)
      expect(after).toHaveLength(9)
    }, patience)
  })

  it('gives back what a hanging Redis reserved without an answer in time', async () => {
    const proxy = await redisProxy()
    const { client, ready } = connectForTest(name, proxy.url)
    await ready
    const keyPrefix = newPrefix()
    const limiter = redisFailureLimiter(client, { keyPrefix, timeoutMs: 20 })
    const direct = connectForTest(name)
    await direct.ready
    const other = redisFailureLimiter(direct.client, { ...unhurried, keyPrefix })
    proxy.freeze()
    for (const { settle } of await reserveAll(limiter, 3)) settle(false)
    proxy.heal()
    // Redis has reserved all three by now; the other limiter may see it.
    await vi.waitFor(async () => {
      const [attempt] = await reserveAll(limiter, 1, [wide()])
      attempt?.settle(false)
      const after = await reserveAll(other, 3)
      for (const { settle } of after) settle(false)
      expect(after).toHaveLength(3)
      expect(await direct.command('KEYS', `${keyPrefix}*`)).toEqual([])
    }, patience)
  })

  it('serves two keyrings as one: good keys wait for each other’s, bad ones are counted together (RATE-14)', async () => {
    const { make } = await open()
    const store = memoryStore()
    const access = defineAccess({ scopes: { 'project.read': 'See projects' } })
    const keyrings = [1, 2].map(() =>
      createKeyring({
        prefix: 'tk',
        access,
        store,
        hasher: sha256(),
        resolveOwner: 'uncapped',
        verifyTimeoutMs: 60_000,
        failureLimit: { limit: 4, windowMs: hour },
        failureLimiter: make(),
      }),
    )
    const owner = { type: 'user', id: 'u1', organizationId: 'o1' } as const
    const { token } = (await keyrings[0]?.create({ name: 'ci', owner, scopes: ['project.read'] })) ?? {}
    const present = (text: string, count: number) =>
      Promise.all(
        keyrings.flatMap((keyring) =>
          Array.from({ length: count }, async () => {
            const verdict = await keyring.verify(text, { ip: '203.0.113.9' })
            return verdict.ok ? 'ok' : verdict.refusal.code
          }),
        ),
      )
    expect(new Set(await present(token?.reveal() ?? '', 100))).toEqual(new Set(['ok']))
    const guesses = await present(formatToken({ namespace: 'tk', id: 'nobody000000', secret: 'x'.repeat(32) }), 50)
    expect(guesses.filter((code) => code === 'api_key_invalid')).toHaveLength(4)
    expect(new Set(guesses)).toEqual(new Set(['api_key_invalid', 'rate_limited']))
  })
})

it.each<[string, unknown, RedisFailureLimiterOptions]>([
  ['client', {}, {}],
  ['keyPrefix', null, { keyPrefix: 'a{b}' }],
  ['expectedInstances', null, { expectedInstances: 0 }],
  ['timeoutMs', null, { timeoutMs: 0 }],
])('a wrong %s is refused at start-up', (field, client, options) => {
  const quiet = { status: 'ready', eval: async () => null }
  const given = (client ?? quiet) as RedisClient // what types forbid
  expect(() => redisFailureLimiter(given, options)).toThrow(expect.objectContaining({ code: 'invalid_options', field }))
})

const names = 'keyPrefix, expectedInstances, timeoutMs, onOutage'
it.each<[string, unknown, string]>([
  ['a misspelt keyPrefix', { keyPrefx: 'a:' }, 'Unknown option keyPrefx. Did you mean keyPrefix?'],
  [
    'a misspelt expectedInstances',
    { expectedInstance: 4 },
    'Unknown option expectedInstance. Did you mean expectedInstances?',
  ],
  ['a misspelt timeoutMs', { timeoutms: 10 }, 'Unknown option timeoutms. Did you mean timeoutMs?'],
  ['a misspelt onOutage', { onOutrage: () => {} }, 'Unknown option onOutrage. Did you mean onOutage?'],
  ['an option of redisRateLimiter', { onUnavailable: 'local' }, `Unknown option onUnavailable. There are: ${names}.`],
  ['null as options', null, `Option options must be an object with some of: ${names}.`],
  ['a text as options', 'a:', `Option options must be an object with some of: ${names}.`],
])('redisFailureLimiter refuses %s, and sends nothing', (_, options, message) => {
  const client = { status: 'ready', eval: vi.fn() }
  const refused = expect.objectContaining({ code: 'invalid_options', message })
  // @ts-expect-error wrong on purpose
  expect(() => redisFailureLimiter(client, options)).toThrow(refused)
  expect(client.eval).not.toHaveBeenCalled()
})
