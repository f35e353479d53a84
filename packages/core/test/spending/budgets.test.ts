import { createGate } from '@keywright/core'
import { nodeRequest } from '@keywright/core/adapter'
import { describe, expect, it } from 'vitest'
import { InvalidOptions } from '../../src/errors/input-errors.js'
import type { CreateInput } from '../../src/manage/key-input.js'
import { memoryStore } from '../../src/memory/memory-store.js'
import { type access, hang, open, owner } from '../support/setup.js'

const daily = { limit: 10, refill: { every: 'day' } } as const
const dayMs = 86_400_000
const organization = { type: 'organization', id: 'acme' } as const
const ada = { type: 'user', id: 'ada', organizationId: 'acme' } as const
const bob = { type: 'user', id: 'bob', organizationId: 'acme' } as const

function openBudgets(options: Parameters<typeof open>[0] = {}) {
  const world = open(options)
  const { keyring } = world
  const addKey = async (input: Partial<CreateInput<typeof access>> = {}) => {
    const { key, token } = await keyring.create({ name: 'ci', owner: ada, scopes: ['members.read'], ...input })
    const text = token.reveal()
    const verify = (needs: Parameters<typeof keyring.verify>[1] = {}) => keyring.verify(text, needs)
    const principal = async (needs: Parameters<typeof keyring.verify>[1] = {}) => {
      const verdict = await verify(needs)
      if (!verdict.ok) throw new Error(verdict.refusal.code)
      return verdict.principal
    }
    return { id: key.id, token: text, verify, principal }
  }
  const leftOf = async (query: Parameters<typeof keyring.budgets.get>[0]) =>
    (await keyring.budgets.get(query)).map(({ holder, remaining }) => [holder, remaining])
  return { ...world, addKey, leftOf }
}

describe('the budget of a key', () => {
  it('is spent by its calls, refuses what it has not, and is there again on the next day', async () => {
    const { addKey, leftOf, clock, events } = openBudgets()
    const { id, verify } = await addKey({ budget: daily })
    const states = [{ holder: 'key', limit: 10, remaining: 6, overdraft: 0, refillsAt: new Date(clock.at + dayMs) }]
    expect(await verify({ cost: 4 })).toMatchObject({ ok: true, budgets: states })
    clock.at += 3_600_000
    const refillsAt = new Date(clock.at + dayMs - 3_600_000)
    const refusal = {
      code: 'budget_exhausted',
      keyId: id,
      exhausted: ['key'],
      refillsAt,
      retryAfterMs: dayMs - 3_600_000,
    }
    expect(await verify({ cost: 7 })).toMatchObject({ ok: false, refusal })
    expect(events.at(-1)).toMatchObject({ type: 'api_key.budget_exhausted', keyId: id, exhausted: ['key'] })
    // A refused call takes nothing.
    expect(await leftOf({ keyId: id })).toEqual([['key', 6]])
    expect((await verify({ cost: 6 })).ok).toBe(true)
    expect((await verify()).ok).toBe(false)
    clock.at = refillsAt.getTime()
    expect(await leftOf({ keyId: id })).toEqual([['key', 10]])
    expect((await verify({ cost: 10 })).ok).toBe(true)
  })

  it('never comes back without refill, nor for a call that costs more than it ever has', async () => {
    const { addKey } = openBudgets()
    const once = await addKey({ budget: { limit: 1 } })
    expect((await once.verify()).ok).toBe(true)
    expect(await once.verify()).toMatchObject({ refusal: { refillsAt: null, retryAfterMs: null } })
    const small = await addKey({ budget: daily })
    expect(await small.verify({ cost: 11 })).toMatchObject({ refusal: { refillsAt: null, retryAfterMs: null } })
  })

  it('costs nothing where the request is refused for something else', async () => {
    const { addKey, leftOf } = openBudgets({ rateLimits: { default: { limit: 3, windowMs: 60_000 } } })
    const { id, verify } = await addKey({ budget: daily, ipAllowList: ['203.0.113.1'] })
    expect(await verify({ ip: '203.0.113.2' })).toMatchObject({ refusal: { code: 'api_key_not_allowed_here' } })
    const ip = '203.0.113.1'
    expect(await verify({ ip, scopes: ['billing.manage'] })).toMatchObject({ refusal: { code: 'insufficient_scope' } })
    await verify({ ip, cost: 2 })
    expect(await verify({ ip })).toMatchObject({ refusal: { code: 'rate_limited' } })
    expect(await leftOf({ keyId: id })).toEqual([['key', 8]])
  })

  it('is spent once by all guards that a request passes, and settled once', async () => {
    const { addKey, leftOf, keyring } = openBudgets()
    const { id, principal } = await addKey({ budget: daily })
    const request = {}
    const [first, second] = [await principal({ request, cost: 4 }), await principal({ request, cost: 4 })]
    expect(await leftOf({ keyId: id })).toEqual([['key', 6]])
    await keyring.budgets.settle(first, 1)
    await keyring.budgets.settle(second.narrowTo({}), 1)
    expect(await leftOf({ keyId: id })).toEqual([['key', 9]])
    await expect(keyring.budgets.settle(second, 2)).rejects.toMatchObject({ code: 'request_repeated' })
  })

  it('is exact, however many calls come at once', async () => {
    const { addKey, leftOf } = openBudgets()
    const { id, verify } = await addKey({ budget: { limit: 7 } })
    const verdicts = await Promise.all(Array.from({ length: 20 }, () => verify()))
    expect(verdicts.filter(({ ok }) => ok)).toHaveLength(7)
    expect(await leftOf({ keyId: id })).toEqual([['key', 0]])
  })

  it('gives back what was taken for an answer that came too late', async () => {
    const store = memoryStore()
    const budgets = store.budgets ?? expect.unreachable()
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    let isSlow = false
    const slow: typeof budgets.change = async (request) => {
      const result = await budgets.change(request)
      if (isSlow) {
        isSlow = false
        await released
      }
      return result
    }
    const { addKey, leftOf } = openBudgets({
      store: { ...store, budgets: { ...budgets, change: slow } },
      verifyTimeoutMs: 20,
    })
    const { id, verify } = await addKey({ budget: daily })
    isSlow = true
    expect(await verify({ cost: 4 })).toMatchObject({ refusal: { code: 'auth_unavailable', reason: 'timeout' } })
    expect(await leftOf({ keyId: id })).toEqual([['key', 6]])
    release()
    await expect.poll(() => leftOf({ keyId: id })).toEqual([['key', 10]])
  })

  it('refuses as unavailable where accounts cannot be changed, and takes no answer for "no budget"', async () => {
    const store = memoryStore()
    const broken = { read: hang, change: () => Promise.reject(new Error('disk full')) }
    const { addKey } = openBudgets({ store: { ...store, budgets: broken } })
    const { verify } = await addKey({ budget: daily })
    expect(await verify()).toMatchObject({ refusal: { code: 'auth_unavailable', reason: 'budgets' } })
    const { budgets: _, ...without } = store
    const other = openBudgets({ store: without })
    const key = await other.addKey()
    expect((await key.verify()).ok).toBe(true)
    await expect(other.addKey({ budget: daily })).rejects.toMatchObject({ code: 'invalid_options', field: 'store' })
    await expect(other.keyring.update(key.id, { budget: daily })).rejects.toMatchObject({ code: 'invalid_options' })
  })

  it('asks the store for nothing where there is no budget', async () => {
    const { addKey, storage } = openBudgets()
    const { verify } = await addKey()
    await verify()
    storage.calls.length = 0
    const verdict = await verify()
    expect(storage.calls).toEqual(['find'])
    expect(Object.keys(verdict)).toEqual(['ok', 'principal', 'rateLimits'])
  })

  it('is what update says, with a record of what it was', async () => {
    const { addKey, keyring, leftOf } = openBudgets()
    const { id, verify } = await addKey({ budget: daily })
    await verify({ cost: 9 })
    await keyring.update(id, { budget: { limit: 12, refill: { every: 'day', timeZone: 'UTC' } } })
    expect(await leftOf({ keyId: id })).toEqual([['key', 3]])
    await keyring.update(id, { budget: null })
    expect(await leftOf({ keyId: id })).toEqual([])
    const { records } = await keyring.audit.list({ organizationId: 'acme', keyId: id, type: 'api_key.limits_changed' })
    expect(records.map(({ data }) => data)).toMatchObject([
      { before: { budget: { limit: 12 } }, after: { budget: null } },
      {
        before: { budget: { limit: 10, refill: { every: 'day', timeZone: 'UTC' } } },
        after: { budget: { limit: 12 } },
      },
    ])
  })

  it.each([
    [{ limit: -1 }, 'budget.limit'],
    [{ limit: 1.5 }, 'budget.limit'],
    [{ limit: 1, refil: null }, 'budget.refil'],
    [{ limit: 1, refill: { every: 'week' } }, 'budget.refill.every'],
    [{ limit: 1, refill: { every: 'day', timeZone: 'Berlin' } }, 'budget.refill.timeZone'],
    [5, 'budget'],
  ])('is refused as %j', async (budget, field) => {
    const { addKey } = openBudgets()
    // @ts-expect-error JavaScript is a caller, too
    await expect(addKey({ budget })).rejects.toMatchObject({ code: 'invalid_input', field })
  })
})

describe('budgets that keys share', () => {
  it('are taken from together with the own one, or none is: of an owner, and of an organization', async () => {
    const { addKey, leftOf } = openBudgets({
      budgets: { owner: ({ id }) => (id === 'bob' ? null : { limit: 6 }), organization: { limit: 10 } },
    })
    const [a1, a2, b, o] = [
      await addKey({ budget: { limit: 4 } }),
      await addKey(),
      await addKey({ owner: bob }),
      await addKey({ owner: organization }),
    ]
    expect((await a1.verify({ cost: 3 })).ok).toBe(true)
    expect((await a2.verify({ cost: 2 })).ok).toBe(true)
    expect(await a1.verify({ cost: 2 })).toMatchObject({ refusal: { exhausted: ['key', 'owner'] } })
    expect(await a2.verify({ cost: 2 })).toMatchObject({ refusal: { exhausted: ['owner'] } })
    expect((await b.verify({ cost: 4 })).ok).toBe(true)
    expect(await b.verify({ cost: 2 })).toMatchObject({ refusal: { exhausted: ['organization'] } })
    expect((await o.verify()).ok).toBe(true)
    expect(await leftOf({ keyId: a1.id })).toEqual([
      ['key', 1],
      ['owner', 1],
      ['organization', 0],
    ])
    expect(await leftOf({ owner: ada })).toEqual([
      ['owner', 1],
      ['organization', 0],
    ])
    expect(await leftOf({ organizationId: 'acme' })).toEqual([['organization', 0]])
    expect(await leftOf({ organizationId: 'other' })).toEqual([['organization', 10]])
  })

  it("are a plan's where it has some, and none where it says so", async () => {
    const { addKey, leftOf } = openBudgets({
      budgets: { owner: { limit: 5 }, organization: { limit: 50 } },
      plans: {
        free: { maxKeys: 3, budgets: { organization: { limit: 1 } } },
        paid: { maxKeys: 'unlimited', budgets: { owner: null, organization: null } },
      },
      resolvePlan: (id) => id,
    })
    const free = await addKey({ owner: { type: 'organization', id: 'free' } })
    expect(await leftOf({ keyId: free.id })).toEqual([
      ['owner', 5],
      ['organization', 1],
    ])
    const paid = await addKey({ owner: { type: 'organization', id: 'paid' } })
    expect(await leftOf({ keyId: paid.id })).toEqual([])
    expect(Object.keys(await paid.verify())).not.toContain('budgets')
  })

  it('refuse as unavailable where the host does not say what they are', async () => {
    for (const budgets of [
      { owner: () => undefined as never },
      { owner: () => Promise.reject(new Error('down')) },
      { organization: () => ({ limit: -1 }) },
    ]) {
      const { addKey } = openBudgets({ budgets })
      const { verify } = await addKey()
      expect(await verify()).toMatchObject({ refusal: { code: 'auth_unavailable', reason: 'budgets' } })
    }
  })

  it.each([
    [{ budgets: { user: { limit: 1 } } }, 'budgets.user'],
    [{ budgets: { owner: 5 } }, 'budgets.owner'],
    [{ budgets: { owner: null } }, 'budgets.owner'],
    [
      { plans: { free: { maxKeys: 1, budgets: { key: { limit: 1 } } } }, resolvePlan: () => 'free' },
      'plans.free.budgets.key',
    ],
  ])('are refused at start-up as %j', (options, field) => {
    expect(() => openBudgets(options as never)).toThrow(InvalidOptions)
    expect(() => openBudgets(options as never)).toThrow(expect.objectContaining({ field }))
  })

  it('are refused at start-up where the store keeps none', () => {
    const { budgets: _, ...store } = memoryStore()
    expect(() => openBudgets({ store, budgets: { organization: { limit: 1 } } })).toThrow(InvalidOptions)
  })
})

describe('keyring.budgets', () => {
  it('settles what was reserved at what it cost: gives back, or takes more, which is never lost', async () => {
    const { addKey, keyring, leftOf, clock } = openBudgets()
    const { id, principal } = await addKey({ budget: daily })
    const caller = await principal({ cost: 0 })
    const reserved = await keyring.budgets.reserve(caller, 6)
    if (!reserved.ok) return expect.unreachable()
    expect(await leftOf({ keyId: id })).toEqual([['key', 4]])
    expect(await keyring.budgets.reserve(caller, 5)).toMatchObject({
      ok: false,
      exhausted: ['key'],
      retryAfterMs: dayMs,
    })
    // As JSON, from another process.
    const sent = JSON.parse(JSON.stringify(reserved.reservation))
    await keyring.budgets.settle(sent, 2)
    expect(await leftOf({ keyId: id })).toEqual([['key', 8]])
    await keyring.budgets.settle(sent, 2)
    expect(await leftOf({ keyId: id })).toEqual([['key', 8]])
    // A cost of 0 lets the request pass, and what it turns out to cost is taken.
    await keyring.budgets.settle(caller, 13)
    const [state] = await keyring.budgets.get({ keyId: id })
    expect(state).toMatchObject({ remaining: 0, overdraft: 5 })
    clock.at += dayMs
    expect(await leftOf({ keyId: id })).toEqual([['key', 5]])
    clock.at += dayMs
    expect(await leftOf({ keyId: id })).toEqual([['key', 10]])
  })

  it('does nothing for a key without budget, and refuses what is neither a principal nor a reservation', async () => {
    const { addKey, keyring, clock } = openBudgets()
    const { principal } = await addKey()
    const caller = await principal()
    const reserved = await keyring.budgets.reserve(caller, 5)
    if (!reserved.ok) return expect.unreachable()
    await keyring.budgets.settle(reserved.reservation, 1)
    await keyring.budgets.settle(caller, 1)
    for (const wrong of [null, 'r', {}, { ...reserved.reservation, id: 1 }, { ...reserved.reservation, parts: [{}] }]) {
      await expect(keyring.budgets.settle(wrong as never, 1)).rejects.toMatchObject({
        code: 'invalid_input',
        field: 'of',
      })
    }
    await expect(keyring.budgets.reserve({} as never, 1)).rejects.toMatchObject({ field: 'principal' })
    for (const cost of [-1, 0.5, Number.NaN, '1']) {
      await expect(keyring.budgets.settle(caller, cost as never)).rejects.toMatchObject({ field: 'actualCost' })
    }
    const budgeted = await (await addKey({ budget: daily })).principal()
    clock.at += dayMs
    await expect(keyring.budgets.settle(budgeted, 0)).rejects.toMatchObject({ field: 'of' })
  })

  it('grants credits, which stay until they are spent, with a record of who did', async () => {
    const { addKey, keyring, leftOf, clock } = openBudgets({
      budgets: { organization: { limit: 3, refill: { every: 'day' } } },
    })
    const { id, verify } = await addKey()
    const actor = { type: 'user', id: 'ada' } as const
    await verify({ cost: 2 })
    const granted = await keyring.budgets.grant({ organizationId: 'acme' }, 5, { actor, context: { requestId: 'r1' } })
    expect(granted).toMatchObject({ holder: 'organization', limit: 3, remaining: 6 })
    await verify({ cost: 3 })
    clock.at += dayMs
    expect(await leftOf({ organizationId: 'acme' })).toEqual([['organization', 6]])
    const { records } = await keyring.audit.list({ organizationId: 'acme', type: 'budget.granted' })
    const data = { holder: 'organization', id: 'acme', credits: 5 }
    expect(records).toMatchObject([{ actor, keyId: null, context: { requestId: 'r1' }, data }])
    await expect(keyring.budgets.grant({ keyId: id }, 1)).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'query',
    })
    await expect(keyring.budgets.grant({ organizationId: 'acme' }, 0)).rejects.toMatchObject({ field: 'credits' })
    const key = { type: 'key', id } as const
    await expect(keyring.budgets.grant({ organizationId: 'acme' }, 1, { actor: key })).rejects.toMatchObject({
      code: 'scope_exceeds_actor',
    })
  })

  it('reaches no key beyond the bounds of a call', async () => {
    const { addKey, keyring } = openBudgets()
    const { id } = await addKey({ budget: daily })
    const within = { organizationId: 'other' }
    await expect(keyring.budgets.get({ keyId: id }, { within })).rejects.toMatchObject({ code: 'key_not_found' })
    expect(await keyring.budgets.get({ keyId: id }, { within: { organizationId: 'acme' } })).toHaveLength(1)
    // @ts-expect-error one of the three
    await expect(keyring.budgets.get({})).rejects.toMatchObject({ field: 'query' })
  })
})

describe('a key that manages keys', () => {
  it.each([
    [{ limit: 10, refill: { every: 'day' } }, true],
    [{ limit: 9, refill: { every: 'day' } }, true],
    [{ limit: 11, refill: { every: 'day' } }, false],
    [{ limit: 5, refill: { every: 'day', timeZone: 'Europe/Berlin' } }, true],
    [{ limit: 6, refill: { every: 'day', timeZone: 'Europe/Berlin' } }, false],
    [{ limit: 10, refill: { every: 'month' } }, true],
    [{ limit: 10 }, true],
    [null, false],
  ] as const)('with 10 credits a day may give %j: %s', async (budget, isGiven) => {
    const { addKey, keyring } = openBudgets({ allowKeyManagement: true })
    const { principal } = await addKey({ owner, scopes: ['members.read'], budget: daily })
    const { actor } = await principal()
    const creating = keyring.create({ name: 'child', owner, scopes: ['members.read'], budget }, { actor })
    if (isGiven) await creating
    else await expect(creating).rejects.toMatchObject({ code: 'scope_exceeds_actor', field: 'budget' })
  })
})

describe('a gate', () => {
  it('answers 429 with when the budget is there again', async () => {
    const { addKey, keyring, clock } = openBudgets()
    clock.at += 1_500
    const { token } = await addKey({ budget: { limit: 1, refill: { every: 'month', timeZone: 'UTC' } } })
    const gate = createGate(keyring as never)
    const rawHeaders = ['Authorization', `Bearer ${token}`]
    const request = nodeRequest({ rawHeaders, socket: { remoteAddress: '127.0.0.1' } } as never, '/')
    expect(await gate(request, request)).toMatchObject({ ok: true, limited: true })
    const other = { ...request }
    const verdict = await gate(other, other)
    if (verdict.ok) return expect.unreachable()
    const { status, headers, body } = verdict.reply
    expect(status).toBe(429)
    expect(headers['Retry-After']).toBe(String(Math.ceil((Date.UTC(2040, 1, 1) - clock.at) / 1_000)))
    expect(JSON.parse(body)).toMatchObject({
      type: 'urn:keywright:problem:budget_exhausted',
      code: 'budget_exhausted',
      exhausted: ['key'],
      'refills-at': '2040-02-01T00:00:00.000Z',
    })
  })
})
