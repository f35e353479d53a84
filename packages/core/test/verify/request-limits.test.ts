import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { InvalidOptions } from '../../src/errors/input-errors.js'
import { memoryRateLimiter } from '../../src/limits/memory-rate-limiter.js'
import type { RateLimiter, RateLimitVerdict } from '../../src/limits/rate-limiter.js'

import { openKeyring } from '../support/limits-setup.js'

const perMinute = (limit: number) => ({ limit, windowMs: 60_000 })
const organization = (id: string) => ({ type: 'organization', id }) as const
type Verdict = Awaited<ReturnType<Awaited<ReturnType<ReturnType<typeof openKeyring>['addKey']>>['verify']>>
const left = ({ rateLimits }: Verdict) => rateLimits.map(({ policy, remaining }) => [policy.name, remaining])

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-01-01T00:00:00Z') })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('the limits of a key (A8)', () => {
  it('are none by default', async () => {
    const { addKey } = openKeyring()
    expect((await (await addKey()).verify()).rateLimits).toEqual([])
  })

  it("are its own, else its plan's, else the keyring's", async () => {
    const plans = {
      free: { maxKeys: 3, rateLimits: { free: perMinute(7) } },
      pro: { maxKeys: 'unlimited' },
    } as const
    const { addKey } = openKeyring({
      rateLimits: { default: perMinute(9), hourly: { limit: 90, windowMs: 3_600_000 } },
      plans,
      resolvePlan: async (organizationId) => organizationId,
    })
    const limitsOf = async (plan: 'free' | 'pro', own: readonly number[] | null) => {
      const rateLimits = own?.map((seconds) => ({ limit: 5, windowMs: seconds * 1_000 })) ?? null
      return left(await (await addKey({ owner: organization(plan), rateLimits })).verify())
    }
    expect(await limitsOf('pro', null)).toEqual([
      ['default', 8],
      ['hourly', 89],
    ])
    expect(await limitsOf('free', null)).toEqual([['free', 6]])
    expect(await limitsOf('free', [10, 60])).toEqual([
      ['10s', 4],
      ['60s', 4],
    ])
  })

  it('refuse requests beyond them, and tell the true wait (HTTP-12)', async () => {
    const { addKey, told } = openKeyring({ rateLimits: { default: perMinute(3) } })
    const { id, verify } = await addKey()
    const other = await addKey()
    for (const remaining of [2, 1, 0]) {
      expect(left(await verify())).toEqual([['default', remaining]])
      await vi.advanceTimersByTimeAsync(10_000)
    }
    const states = [{ policy: { name: 'default', ...perMinute(3) }, remaining: 0, resetMs: 30_000 }]
    const refusal = { code: 'rate_limited', keyId: id, violatedPolicies: ['default'], retryAfterMs: 30_000, states }
    expect(await verify()).toEqual({ ok: false, refusal, rateLimits: states })
    expect(told('api_key.rate_limited')).toEqual([
      { type: 'api_key.rate_limited', keyId: id, violated: ['default'], organizationId: expect.any(String) },
    ])
    expect((await other.verify()).ok).toBe(true)

    await vi.advanceTimersByTimeAsync(29_999)
    expect((await verify()).ok).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect((await verify()).ok).toBe(true)
  })

  it('hold all at once: a request that one refuses, no other counts (RATE-9)', async () => {
    const { addKey } = openKeyring({ rateLimits: { burst: { limit: 2, windowMs: 1_000 }, minute: perMinute(3) } })
    const { verify } = await addKey()
    await verify({ cost: 2 })
    expect(await verify()).toMatchObject({ refusal: { violatedPolicies: ['burst'], retryAfterMs: 1_000 } })
    await vi.advanceTimersByTimeAsync(1_000)
    expect(left(await verify())).toEqual([
      ['burst', 1],
      ['minute', 0],
    ])
    expect(await verify({ cost: 2 })).toMatchObject({
      refusal: { violatedPolicies: ['burst', 'minute'], retryAfterMs: 59_000 },
    })
  })

  it('admit exactly their number out of 200 requests at once (RATE-4)', async () => {
    const { addKey } = openKeyring({ rateLimits: { default: perMinute(50) } })
    const { verify } = await addKey()
    const verdicts = await Promise.all(Array.from({ length: 200 }, () => verify()))
    expect(verdicts.filter(({ ok }) => ok)).toHaveLength(50)
    expect(verdicts.filter((verdict) => !verdict.ok && verdict.refusal.code === 'rate_limited')).toHaveLength(150)
  })

  it('apply from the next request on when they are changed (RATE-11)', async () => {
    let plan = 'free'
    const { keyring, addKey } = openKeyring({
      plans: {
        free: { maxKeys: 3, rateLimits: { plan: perMinute(4) } },
        pro: { maxKeys: 3, rateLimits: { plan: perMinute(9) } },
      },
      resolvePlan: () => plan,
    })
    const { id, verify } = await addKey({ rateLimits: [perMinute(5)] })
    const change = (limit: number | null) =>
      keyring.update(id, { rateLimits: limit === null ? null : [perMinute(limit)] })

    expect(left(await verify({ cost: 4 }))).toEqual([['60s', 1]])
    await change(2)
    expect(left(await verify())).toEqual([['60s', 0]])
    expect((await verify()).ok).toBe(false)
    await change(6)
    expect(left(await verify())).toEqual([['60s', 1]])
    await change(null)
    expect(left(await verify())).toEqual([['plan', 3]])
    plan = 'pro'
    expect(left(await verify())).toEqual([['plan', 7]])
  })

  it('count the cost of a request, where 0 takes nothing (RATE-10)', async () => {
    const { addKey } = openKeyring({ rateLimits: { default: perMinute(5) } })
    const { verify } = await addKey()
    expect(left(await verify({ cost: 0 }))).toEqual([['default', 5]])
    expect(left(await verify({ cost: 3 }))).toEqual([['default', 2]])
    expect(await verify({ cost: 3 })).toMatchObject({ refusal: { retryAfterMs: 60_000 } })
    expect(await verify({ cost: 6 })).toMatchObject({ refusal: { retryAfterMs: null } })
    expect(left(await verify({ cost: 2 }))).toEqual([['default', 0]])
    expect((await verify({ cost: 0 })).ok).toBe(true)
  })

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '1', null])(
    'are not asked for a cost of %o, which throws (RATE-10)',
    async (cost) => {
      const { addKey } = openKeyring({ rateLimits: { default: perMinute(5) } })
      const { verify } = await addKey()
      // What the compiler refuses, JavaScript may still pass.
      await expect(verify({ cost: cost as number })).rejects.toMatchObject({ code: 'invalid_input', field: 'cost' })
      expect(left(await verify())).toEqual([['default', 4]])
    },
  )

  it('are checked before scopes: a refused scope takes its unit, and past the limit no scope is told', async () => {
    const { addKey } = openKeyring({ rateLimits: { default: perMinute(1) } })
    const { verify } = await addKey()
    const invite = { scopes: ['members.invite'] } as const
    const refused = await verify(invite)
    expect(refused).toMatchObject({ refusal: { code: 'insufficient_scope' } })
    expect(left(refused)).toEqual([['default', 0]])
    expect(await verify(invite)).toMatchObject({ refusal: { code: 'rate_limited' } })
  })

  it('count live keys only, by their ids (RATE-13)', async () => {
    const subjects: string[] = []
    const limiter = memoryRateLimiter()
    const rateLimiter: RateLimiter = {
      take: (subject, ...rest) => {
        subjects.push(subject)
        return limiter.take(subject, ...rest)
      },
    }
    const { keyring, addKey } = openKeyring({ rateLimits: { default: perMinute(5) }, rateLimiter })
    const { id, verify, guess } = await addKey()
    await guess()
    await verify()
    await keyring.disable(id)
    await verify()
    expect(subjects).toEqual([id])
  })
})

describe('several verifications of one request (RATE-5)', () => {
  it('take one unit, and get the same state', async () => {
    const { addKey } = openKeyring({ rateLimits: { default: perMinute(2) } })
    const [one, other] = [await addKey(), await addKey()]
    const request = {}
    const together = await Promise.all([one.verify({ request }), one.verify({ request, cost: 2 })])
    for (const verdict of [...together, await one.verify({ request })]) expect(left(verdict)).toEqual([['default', 1]])
    expect(left(await other.verify({ request }))).toEqual([['default', 1]])

    const next = { request: {} }
    expect(left(await one.verify(next))).toEqual([['default', 0]])
    const beyond = { request: {} }
    expect((await one.verify(beyond)).ok).toBe(false)
    await vi.advanceTimersByTimeAsync(60_000)
    expect((await one.verify(beyond)).ok).toBe(false)
    expect((await one.verify(next)).ok).toBe(true)
    expect(left(await one.verify())).toEqual([['default', 1]])
  })

  it('ask the limiter again after it failed', async () => {
    const limiter = memoryRateLimiter()
    let fails = true
    const rateLimiter: RateLimiter = {
      take: async (...asked) => {
        if (fails) throw new Error('down')
        return limiter.take(...asked)
      },
    }
    const { verify } = await openKeyring({ rateLimits: { default: perMinute(2) }, rateLimiter }).addKey()
    const request = {}
    expect(await verify({ request })).toMatchObject({ refusal: { code: 'auth_unavailable' } })
    fails = false
    for (const _ of [1, 2]) expect(left(await verify({ request }))).toEqual([['default', 1]])
  })

  it('share an object as request: any other value throws', async () => {
    const { verify } = await openKeyring().addKey()
    // What the compiler refuses, JavaScript may still pass.
    const asked = verify({ request: 'req-1' as unknown as object })
    await expect(asked).rejects.toMatchObject({ code: 'invalid_input', field: 'request' })
  })
})

describe('verification is unavailable, and the host hears why, when', () => {
  const down = new Error('down')
  const fail = () => {
    throw down
  }
  type Key = Awaited<ReturnType<ReturnType<typeof openKeyring>['addKey']>>
  const expectUnavailable = async ({ verify }: Key, events: readonly unknown[], reason: string, cause: unknown) => {
    const verdict = verify()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await verdict).toEqual({ ok: false, refusal: { code: 'auth_unavailable', reason, cause }, rateLimits: [] })
    expect(events).toEqual([{ type: 'keyring.outage_began', reason, error: cause, at: expect.any(Date) }])
  }
  const type = expect.any(TypeError)

  it.each<[string, () => unknown, string, unknown]>([
    ['throws', fail, 'limits', down],
    ['rejects', () => Promise.reject(down), 'limits', down],
    ['hangs', () => new Promise(() => {}), 'timeout', expect.any(Error)],
    ['answers nothing', async () => undefined, 'limits', type],
    ['answers null', async () => null, 'limits', type],
    ['answers neither yes nor no', async () => ({ states: [] }), 'limits', type],
    ['admits without a state', async () => ({ admitted: true, states: [], degraded: false }), 'limits', type],
    ['answers a bare yes', async () => ({ admitted: true }), 'limits', type],
  ])('the limiter %s', async (_, take, reason, cause) => {
    const rateLimiter = { take: take as () => Promise<RateLimitVerdict> } // which it is not
    const { addKey, events } = openKeyring({ rateLimits: { default: perMinute(5) }, rateLimiter })
    await expectUnavailable(await addKey(), events, reason, cause)
  })

  it.each<[string, () => unknown, unknown]>([
    ['is not found out', fail, down],
    ['is an unknown one', () => 'constructor', type],
    ['is none', () => null, type],
  ])('the plan %s', async (_, answer, cause) => {
    let resolvePlan: () => unknown = () => 'free'
    const { addKey, events } = openKeyring({
      plans: { free: { maxKeys: 3, rateLimits: { plan: perMinute(4) } } },
      resolvePlan: () => resolvePlan() as string, // which it is not
    })
    const key = await addKey()
    resolvePlan = answer
    await expectUnavailable(key, events, 'limits', cause)
  })
})

describe('bad rate limits', () => {
  const good = perMinute(5)
  it.each<[string, string, object]>([
    ['a window below a second', 'rateLimits.default', { rateLimits: { default: { limit: 5, windowMs: 500 } } }],
    ['a window of half seconds', 'rateLimits.default', { rateLimits: { default: { limit: 5, windowMs: 1_500 } } }],
    ['a limit of 0', 'rateLimits.b', { rateLimits: { a: good, b: perMinute(0) } }],
    ['no limits among the limits', 'rateLimits', { rateLimits: {} }],
    ['a list of limits', 'rateLimits', { rateLimits: [good] }],
    ['null for limits', 'rateLimits', { rateLimits: null }],
    ['a name that no header holds', 'rateLimits', { rateLimits: { größe: good } }],
    ['what is no limiter', 'rateLimiter', { rateLimiter: {} }],
    ['null for a limiter', 'rateLimiter', { rateLimiter: null }],
    [
      'a bad limit in a plan',
      'plans.free.rateLimits.p',
      { plans: { free: { maxKeys: 1, rateLimits: { p: { limit: 1, windowMs: 999 } } } }, resolvePlan: () => 'free' },
    ],
    ['a failure limit below a second', 'failureLimit', { failureLimit: { limit: 5, windowMs: 999 } }],
    ['a failure limit of 0', 'failureLimit', { failureLimit: perMinute(0) }],
    ['a failure limit that is a number', 'failureLimit', { failureLimit: 5 }],
    ['null for a failure limit', 'failureLimit', { failureLimit: null }],
  ])('are refused at start-up: %s', (_, option, options) => {
    expect(() => openKeyring(options)).toThrow(InvalidOptions)
    expect(() => openKeyring(options)).toThrow(expect.objectContaining({ field: option }))
  })

  it.each<[string, unknown]>([
    ['rateLimits[0]', [{ limit: 5, windowMs: 999 }]],
    ['rateLimits[1]', [good, { limit: 0, windowMs: 1_000 }]],
    ['rateLimits', []],
    ['rateLimits', good],
    ['rateLimits', [good, good]],
  ])('are refused when a key is created or updated with the %s %o', async (field, rateLimits) => {
    const { keyring, addKey } = openKeyring()
    const error = { code: 'invalid_input', field }
    await expect(addKey({ rateLimits: rateLimits as [] })).rejects.toMatchObject(error) // as JavaScript would
    const { id } = await addKey()
    await expect(keyring.update(id, { rateLimits: rateLimits as [] })).rejects.toMatchObject(error)
  })
})
