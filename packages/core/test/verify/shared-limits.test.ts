import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { memoryRateLimiter } from '../../src/limits/memory-rate-limiter.js'
import type { RateLimiter } from '../../src/limits/rate-limiter.js'
import type { Owner } from '../../src/values/owner.js'
import { openKeyring } from '../support/limits-setup.js'

const perMinute = (limit: number, per?: 'owner' | 'organization') => ({ limit, windowMs: 60_000, per })
const ada: Owner = { type: 'user', id: 'ada', organizationId: 'acme' }
const bob: Owner = { type: 'user', id: 'bob', organizationId: 'acme' }
/** Ada again, elsewhere. */
const adaOfOther: Owner = { type: 'user', id: 'ada', organizationId: 'other' }
const acme: Owner = { type: 'organization', id: 'acme' }
type Verdict = Awaited<ReturnType<Awaited<ReturnType<ReturnType<typeof openKeyring>['addKey']>>['verify']>>
const left = ({ rateLimits }: Verdict) => rateLimits.map(({ policy, remaining }) => [policy.name, remaining])

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-01-01T00:00:00Z') })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a limit per owner (B18)', () => {
  it('counts all keys of an owner together, and those of nobody else', async () => {
    const { addKey } = openKeyring({ rateLimits: { person: perMinute(3, 'owner') } })
    const [one, two] = [await addKey({ owner: ada }), await addKey({ owner: ada })]
    const others = [await addKey({ owner: bob }), await addKey({ owner: adaOfOther }), await addKey({ owner: acme })]
    expect(left(await one.verify())).toEqual([['person', 2]])
    expect(left(await two.verify({ cost: 2 }))).toEqual([['person', 0]])
    for (const { verify } of [one, two]) {
      expect(await verify()).toMatchObject({ refusal: { code: 'rate_limited', violatedPolicies: ['person'] } })
    }
    for (const { verify } of others) expect(left(await verify())).toEqual([['person', 2]])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(left(await two.verify())).toEqual([['person', 2]])
  })

  it('holds for a key with limits of its own as well, which take the place of the others', async () => {
    const { keyring, addKey } = openKeyring({ rateLimits: { each: perMinute(2), person: perMinute(4, 'owner') } })
    const [own, plain] = [await addKey({ owner: ada, rateLimits: [perMinute(100)] }), await addKey({ owner: ada })]
    expect(left(await own.verify())).toEqual([
      ['60s', 99],
      ['person', 3],
    ])
    expect(left(await plain.verify())).toEqual([
      ['each', 1],
      ['person', 2],
    ])
    await keyring.update(plain.id, { rateLimits: [{ limit: 1_000, windowMs: 1_000 }] })
    expect((await plain.verify({ cost: 2 })).ok).toBe(true)
    expect((await plain.verify()).ok).toBe(false)
    expect((await own.verify()).ok).toBe(false)
  })

  it('names the limit to a client, and neither its owner nor their other keys', async () => {
    const { addKey, told } = openKeyring({ rateLimits: { person: perMinute(1, 'owner') } })
    const [one, two] = [await addKey({ owner: ada }), await addKey({ owner: ada })]
    await two.verify()
    const verdict = await one.verify()
    const states = [{ policy: { name: 'person', ...perMinute(1, 'owner') }, remaining: 0, resetMs: 60_000 }]
    const refusal = { code: 'rate_limited', keyId: one.id, violatedPolicies: ['person'], retryAfterMs: 60_000, states }
    expect(verdict).toEqual({ ok: false, refusal, rateLimits: states })
    expect(JSON.stringify([verdict, told('api_key.rate_limited')])).not.toMatch(new RegExp(`ada|${two.id}`))
  })
})

describe('a limit per organization', () => {
  it('counts all keys of an organization together, beside those of each owner and of each key', async () => {
    const { addKey } = openKeyring({
      rateLimits: { each: perMinute(9), person: perMinute(5, 'owner'), all: perMinute(6, 'organization') },
    })
    const [one, two] = [await addKey({ owner: ada }), await addKey({ owner: ada })]
    const [third, other] = [await addKey({ owner: bob }), await addKey({ owner: adaOfOther })]
    await one.verify({ cost: 2 })
    await two.verify({ cost: 2 })
    // What one limit refuses, no other counts.
    expect(await two.verify({ cost: 2 })).toMatchObject({ refusal: { violatedPolicies: ['person'] } })
    expect(left(await third.verify())).toEqual([
      ['each', 8],
      ['person', 4],
      ['all', 1],
    ])
    expect(await third.verify({ cost: 2 })).toMatchObject({ refusal: { violatedPolicies: ['all'] } })
    expect(left(await one.verify())).toEqual([
      ['each', 6],
      ['person', 0],
      ['all', 0],
    ])
    expect(left(await other.verify())).toEqual([
      ['each', 8],
      ['person', 4],
      ['all', 5],
    ])
  })

  it('is that of the plan, and a change of plan begins no count anew', async () => {
    let plan = 'free'
    const { addKey } = openKeyring({
      rateLimits: { each: perMinute(100) },
      plans: {
        free: { maxKeys: 9, rateLimits: { all: perMinute(3, 'organization') } },
        pro: { maxKeys: 9, rateLimits: { all: perMinute(5, 'organization'), person: perMinute(4, 'owner') } },
        none: { maxKeys: 9 },
      },
      resolvePlan: () => plan,
    })
    const [one, two] = [await addKey({ owner: ada, rateLimits: [perMinute(50)] }), await addKey({ owner: bob })]
    await one.verify()
    await two.verify({ cost: 2 })
    for (const { verify } of [one, two]) expect((await verify()).ok).toBe(false)
    plan = 'pro'
    expect(left(await one.verify())).toEqual([
      ['60s', 48],
      ['all', 1],
      ['person', 3],
    ])
    plan = 'none'
    expect(left(await one.verify())).toEqual([['60s', 47]])
    plan = 'free'
    expect((await one.verify()).ok).toBe(false)
  })
})

it('keys of an owner and of an organization together never pass more than what they share, whatever each has of its own (RATE-17)', async () => {
  const key = fc.record({
    owner: fc.constantFrom(ada, bob, acme),
    own: fc.option(fc.integer({ min: 1, max: 30 })),
  })
  const call = fc.record({ key: fc.nat(), cost: fc.integer({ min: 0, max: 5 }) })
  await fc.assert(
    fc.asyncProperty(
      fc.array(key, { minLength: 1, maxLength: 6 }),
      fc.array(call, { maxLength: 60 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 40 }),
      async (keys, calls, perOwner, perOrganization) => {
        const { keyring, addKey } = openKeyring({
          rateLimits: {
            each: perMinute(15),
            person: perMinute(perOwner, 'owner'),
            all: perMinute(perOrganization, 'organization'),
          },
        })
        const made = await Promise.all(
          keys.map(async ({ owner, own }) => ({
            owner,
            most: own ?? 15,
            used: 0,
            ...(await addKey({ owner, rateLimits: own === null ? null : [perMinute(own)] })),
          })),
        )
        const usedBy = (owner?: Owner) =>
          made.filter((one) => owner === undefined || one.owner === owner).reduce((sum, { used }) => sum + used, 0)
        for (const { key: at, cost } of calls) {
          const one = made[at % made.length] ?? expect.unreachable()
          const { ok } = await one.verify({ cost })
          // By a sum that shares nothing with the library: refused if, and only if, one of the limits would be broken.
          const fits =
            one.used + cost <= one.most && usedBy(one.owner) + cost <= perOwner && usedBy() + cost <= perOrganization
          expect(ok).toBe(cost === 0 || fits)
          if (ok) one.used += cost
        }
        await keyring.close()
      },
    ),
    { numRuns: 40 },
  )
})

describe('what is asked', () => {
  const recording = () => {
    const asked: unknown[] = []
    const limiter = memoryRateLimiter()
    const rateLimiter: RateLimiter = {
      take: (...rest) => {
        asked.push(rest)
        return limiter.take(...rest)
      },
    }
    return { asked, rateLimiter }
  }

  it('of a limiter that counts no parts admits less, never more', async () => {
    const limiter = memoryRateLimiter()
    const rateLimiter: RateLimiter = {
      take: (subject, policies, cost) =>
        limiter.take(
          subject,
          policies.map(({ of: _, ...policy }) => policy),
          cost,
        ),
    }
    const { addKey } = openKeyring({
      rateLimits: { each: perMinute(2), all: perMinute(9, 'organization') },
      rateLimiter,
    })
    const [one, two] = [await addKey({ owner: ada }), await addKey({ owner: bob })]
    await one.verify({ cost: 2 })
    expect((await two.verify()).ok).toBe(false)
  })

  it('is by the id of a key alone where no limit is shared, and no plan for a key with limits of its own', async () => {
    const { asked, rateLimiter } = recording()
    let plans = 0
    const { addKey } = openKeyring({
      rateLimiter,
      plans: { free: { maxKeys: 9, rateLimits: { each: { ...perMinute(5), per: 'key' } } } },
      resolvePlan: () => {
        plans += 1
        return 'free'
      },
    })
    const [plain, own] = [await addKey(), await addKey({ rateLimits: [perMinute(7)] })]
    plans = 0
    await own.verify()
    expect(plans).toBe(0)
    await plain.verify()
    expect(plans).toBe(1)
    expect(asked).toEqual([
      [own.id, [{ name: '60s', limit: 7, windowMs: 60_000 }], 1],
      [plain.id, [{ name: 'each', limit: 5, windowMs: 60_000 }], 1],
    ])
  })

  it.each<[string, object, string]>([
    ['an unknown holder', { all: { limit: 1, windowMs: 1_000, per: 'team' } }, 'rateLimits.all.per'],
    ['no holder that is meant', { all: { limit: 1, windowMs: 1_000, per: null } }, 'rateLimits.all.per'],
    ['a misspelt field', { all: { limit: 1, windowMs: 1_000, pr: 'owner' } }, 'rateLimits.all.pr'],
    ['a name that limits of keys have', { '60s': perMinute(1, 'owner') }, 'rateLimits.60s'],
  ])('at start-up with %s throws, and names it', (_, rateLimits, field) => {
    const fault = expect.objectContaining({ code: 'invalid_options', field })
    // What the compiler refuses, JavaScript may still pass.
    const wrong = rateLimits as Record<string, ReturnType<typeof perMinute>>
    expect(() => openKeyring({ rateLimits: wrong })).toThrow(fault)
    const plans = { free: { maxKeys: 1, rateLimits: wrong } }
    expect(() => openKeyring({ plans, resolvePlan: () => 'free' })).toThrow(
      expect.objectContaining({ field: `plans.free.${field}` }),
    )
  })

  it('of a key with a limit that is to be shared throws: it would be read as one of the key alone', async () => {
    const { addKey } = openKeyring()
    const fault = { code: 'invalid_input', field: 'rateLimits[0].per' }
    await expect(addKey({ rateLimits: [perMinute(1, 'owner')] })).rejects.toMatchObject(fault)
    expect((await addKey({ rateLimits: [perMinute(1)] })).id).toMatch(/^\w+$/)
  })
})
