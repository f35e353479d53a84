import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { InvalidOptions } from '../../src/errors/input-errors.js'
import { memoryStore } from '../../src/memory/memory-store.js'
import type { UsageQuery } from '../../src/reads/index.js'
import type { VerifyOptions } from '../../src/requests/verify-options.js'
import type { KeyUsage } from '../../src/store/key-store.js'
import { hourOf } from '../../src/store/lifetime.js'
import { usageBuffer } from '../../src/usage/usage-buffer.js'
import type { KeyringEvent } from '../../src/verify/events.js'
import { type access, gateway, guessAt, hourMs, openKeyring, owner, runArguments } from '../support/limits-setup.js'

const { organizationId } = owner
const start = new Date('2026-01-01T10:30:00Z')
const everything = { organizationId, from: new Date(0), to: new Date(8e15) }

type Fault = 'none' | 'refuses' | 'loses the answer' | 'hangs' | 'commits, and hangs'
const faults: readonly Fault[] = ['none', 'refuses', 'loses the answer', 'hangs', 'commits, and hangs']

/** A store that fails to write uses as it is told to, and what it was asked to write. */
function faultyStore(fault: Fault = 'none') {
  const memory = memoryStore()
  const asked: { readonly id: string; readonly uses: readonly KeyUsage[] }[] = []
  const host = { fault }
  const recordUsage = async (id: string, uses: readonly KeyUsage[]): Promise<void> => {
    asked.push({ id, uses })
    const { fault } = host
    if (fault !== 'refuses' && fault !== 'hangs') await memory.recordUsage(id, uses)
    if (fault === 'refuses' || fault === 'loses the answer') throw new Error('down')
    if (fault !== 'none') await new Promise(() => {})
  }
  const counted = async () => (await memory.listUsage(everything)).reduce((sum, { count }) => sum + count, 0)
  return { host, asked, counted, store: { ...memory, recordUsage } }
}

describe('usage', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: start })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('is written in batches, beside the requests (USE-1, K3, L2)', async () => {
    const { store, asked } = faultyStore()
    const { keyring, addKey } = openKeyring({ store })
    const { id, verify } = await addKey()
    for (let count = 0; count < 100; count += 1) await verify()
    expect(asked).toEqual([])
    expect((await keyring.get(id))?.lastUsedAt).toBeNull()

    await vi.advanceTimersByTimeAsync(10_000)
    const use = { keyId: id, organizationId, hour: hourOf(start), count: 100, lastUsedAt: start }
    expect(asked).toEqual([{ id: expect.any(String), uses: [use] }])
    expect((await keyring.get(id))?.lastUsedAt).toEqual(start)
    expect((await keyring.list()).keys).toMatchObject([{ id, lastUsedAt: start }])

    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked).toHaveLength(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  type Keyring = ReturnType<typeof openKeyring>['keyring']
  it.each<[string, (keyring: Keyring) => Promise<unknown>]>([
    ['the interval ends', () => vi.advanceTimersByTimeAsync(500)],
    ['the keyring is closed', (keyring) => keyring.close()],
    ['statistics are asked for', (keyring) => keyring.stats({ organizationId })],
    ['a series is asked for', (keyring) => keyring.usage({ organizationId })],
  ])('is written when %s', async (_, happen) => {
    const { store, asked, counted } = faultyStore()
    const { keyring, addKey } = openKeyring({ store, usageFlushMs: 500 })
    await (await addKey()).verify()
    await vi.advanceTimersByTimeAsync(374) // processes that began together spread their writes over the last quarter
    expect(asked).toEqual([])
    await happen(keyring)
    expect(await counted()).toBe(1)
  })

  it('is written by time however many keys it is of, of at most 250 at once', async () => {
    const { host, store, asked, counted } = faultyStore()
    const buffer = usageBuffer(store, 60_000, () => {})
    for (let key = 0; key < 2_500; key += 1) buffer.count(`k${key}`, organizationId, start)
    await vi.advanceTimersByTimeAsync(0)
    expect(asked).toEqual([])
    host.fault = 'refuses'
    await buffer.flush()
    host.fault = 'none'
    await buffer.flush()
    expect(await counted()).toBe(2_500)
    expect(Math.max(...asked.map(({ uses }) => uses.length))).toBe(250)
  })

  it('that could not be written is kept, reported, and sent again unchanged (USE-2)', async () => {
    const { host, store, asked, counted } = faultyStore('refuses')
    const { addKey, told } = openKeyring({ store })
    const { verify } = await addKey()
    await verify()
    await vi.advanceTimersByTimeAsync(10_000)
    expect((await verify()).ok).toBe(true)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(asked[1]).toEqual(asked[0])
    const event = { type: 'usage.not_written', error: new Error('down') }
    expect(told('usage.not_written')).toEqual([
      { ...event, kept: 1 },
      { ...event, kept: 2 },
    ])
    host.fault = 'none'
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await counted()).toBe(2)
    expect(new Set(asked.map(({ id }) => id)).size).toBe(2)
  })

  it('is neither lost nor counted twice by any fault of the store (FI-23, USE-2)', async () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ use: fc.constantFrom('k1', 'k2', 'k3') }) },
      fc.record({ waitMs: fc.constantFrom(0, 300, 1_000, 11_000, hourMs) }),
      fc.record({ fault: fc.constantFrom(...faults) }),
      fc.constant('flush' as const),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { host, store, counted } = faultyStore()
        const buffer = usageBuffer(store, 1_000, () => {})
        let used = 0
        for (const step of steps) {
          if (step === 'flush') void buffer.flush()
          else if ('fault' in step) host.fault = step.fault
          else if ('waitMs' in step) await vi.advanceTimersByTimeAsync(step.waitMs)
          else {
            buffer.count(step.use, organizationId, new Date())
            used += 1
          }
        }
        host.fault = 'none'
        await vi.advanceTimersByTimeAsync(30_000)
        expect(await counted()).toBe(used)
        expect(vi.getTimerCount()).toBe(0)
      }),
    )
  })

  it('is dropped entry by entry beyond 100 000 keys and hours, while every request is answered (USE-3, FI-24)', async () => {
    const { host, store, counted } = faultyStore('refuses')
    const events: KeyringEvent[] = []
    const buffer = usageBuffer(store, 1_000, (event) => events.push(event))
    for (let key = 0; key < 100_000; key += 1) buffer.count(`k${key}`, organizationId, start)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(events.every((event) => event.type === 'usage.not_written' && event.kept === 100_000)).toBe(true)

    events.length = 0
    buffer.count('one', organizationId, start)
    buffer.count('another', organizationId, start)
    expect(events).toEqual([
      { type: 'usage.dropped', keyId: 'one' },
      { type: 'usage.dropped', keyId: 'another' },
    ])
    host.fault = 'none'
    await buffer.flush()
    expect(await counted()).toBe(100_000)
    buffer.count('one', organizationId, start)
    await buffer.close(1_000)
    expect(await counted()).toBe(100_001)
  })

  it('of many keys is written once at the close, however long a store that answers takes for all of it', async () => {
    const asked: string[] = []
    const recordUsage = async (id: string) => {
      asked.push(id)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    const buffer = usageBuffer({ recordUsage }, undefined, () => {})
    for (let index = 0; index < 10_000; index += 1) buffer.count(`key${index}`, organizationId, start)
    const closing = buffer.close(60_000)
    await vi.advanceTimersByTimeAsync(60_000)
    await closing
    expect(asked).toHaveLength(40)
    expect(new Set(asked).size).toBe(40)
  })

  it.each<Fault>(faults)('does not delay a request when the store %s', async (fault) => {
    const { store } = faultyStore(fault)
    const { addKey } = openKeyring({ store })
    const { verify } = await addKey()
    for (let count = 0; count < 3; count += 1) {
      expect((await verify()).ok).toBe(true)
      await vi.advanceTimersByTimeAsync(10_000)
    }
  })

  it('is complete in statistics, also while other usage is being written', async () => {
    const { opened, open } = gateway()
    const memory = memoryStore()
    const recordUsage = async (id: string, uses: readonly KeyUsage[]) => {
      await opened
      return memory.recordUsage(id, uses)
    }
    const { keyring, addKey } = openKeyring({ store: { ...memory, recordUsage: recordUsage } })
    const { verify } = await addKey()
    const answers = []
    for (let count = 1; count <= 3; count += 1) {
      await verify()
      answers.push(keyring.stats({ organizationId }), keyring.stats({ organizationId }))
    }
    open()
    const calls = (await Promise.all(answers)).map(({ callsLast24h }) => callsLast24h)
    for (const [index, count] of calls.entries()) expect(count).toBeGreaterThanOrEqual(Math.floor(index / 2) + 1)
    expect(calls.at(-1)).toBe(3)
  })

  describe('is not counted', () => {
    type Opened = Awaited<ReturnType<ReturnType<typeof openKeyring>['addKey']>> & ReturnType<typeof openKeyring>

    it.each<[string, (opened: Opened) => unknown, VerifyOptions<typeof access>?]>([
      ['api_key_invalid', ({ guess }) => guess()],
      ['api_key_invalid', ({ keyring }) => keyring.verify(guessAt('000000000000'))],
      ['api_key_disabled', ({ keyring, id, verify }) => keyring.disable(id).then(() => verify())],
      ['api_key_revoked', ({ keyring, id, verify }) => keyring.revoke(id).then(() => verify())],
      [
        'api_key_not_allowed_here',
        ({ keyring, id, verify }) => keyring.update(id, { ipAllowList: [] }).then(() => verify()),
      ],
      ['insufficient_scope', ({ verify }) => verify({ scopes: ['members.invite'] })],
      ['rate_limited', ({ verify }) => verify({ cost: 6 })],
    ])('when the answer is %s', async (code, refused) => {
      const opened = openKeyring({ rateLimits: { default: { limit: 5, windowMs: 1_000 } } })
      const key = await opened.addKey()
      expect(await refused({ ...opened, ...key })).toMatchObject({ ok: false, refusal: { code } })
      expect(await opened.keyring.stats({ organizationId })).toMatchObject({ callsLast24h: 0, lastCallAt: null })
    })

    it('when the answer came after the deadline', async () => {
      const { opened, open } = gateway()
      const resolveOwner = () => opened.then(() => ({ scopes: ['*'] }))
      const { keyring, addKey } = openKeyring({ resolveOwner, verifyTimeoutMs: 100 })
      const verdict = (await addKey()).verify()
      await vi.advanceTimersByTimeAsync(100)
      expect(await verdict).toMatchObject({ refusal: { code: 'auth_unavailable', reason: 'timeout' } })
      open()
      await vi.advanceTimersByTimeAsync(0)
      expect(await keyring.stats({ organizationId })).toMatchObject({ callsLast24h: 0 })
    })
  })

  it('is counted once when several guards see the same request (RATE-5)', async () => {
    const { keyring, addKey } = openKeyring()
    const [one, other] = [await addKey(), await addKey()]
    const calls = async () => (await keyring.stats({ organizationId })).callsLast24h
    const request = {}
    await Promise.all([one.verify({ request }), one.verify({ request })])
    await one.verify({ request })
    expect(await calls()).toBe(1)
    await other.verify({ request })
    expect(await calls()).toBe(2)
    await one.verify({ request: {} })
    expect(await calls()).toBe(3)

    const half = {}
    expect((await one.verify({ request: half, scopes: ['members.invite'] })).ok).toBe(false)
    expect(await calls()).toBe(3)
    expect((await one.verify({ request: half })).ok).toBe(true)
    expect(await calls()).toBe(4)
  })

  it('is not counted with countUsage: false, which still takes units', async () => {
    const { keyring, addKey } = openKeyring({ rateLimits: { default: { limit: 5, windowMs: 60_000 } } })
    const { verify } = await addKey()
    const calls = async () => (await keyring.stats({ organizationId })).callsLast24h
    await verify()
    expect((await verify({ cost: 2, countUsage: false })).rateLimits).toMatchObject([{ remaining: 2 }])
    expect(await calls()).toBe(1)
    // A later guard of the same request counts it all the same.
    const request = {}
    await verify({ request, countUsage: false })
    await verify({ request })
    expect(await calls()).toBe(2)
    // What the compiler refuses, JavaScript may still pass.
    const asked = verify({ countUsage: 'no' as unknown as boolean })
    await expect(asked).rejects.toMatchObject({ code: 'invalid_input', field: 'countUsage' })
  })

  it.each([0, 99, 60_001, 1.5, Number.NaN, '1000', null])('cannot be written every %o ms', (usageFlushMs) => {
    // What the compiler refuses, JavaScript may still pass.
    expect(() => openKeyring({ usageFlushMs: usageFlushMs as number })).toThrow(InvalidOptions)
  })
})

describe('statistics', () => {
  const step = fc.oneof(
    fc.record({ create: fc.constantFrom(null, hourMs, 30 * hourMs) }),
    { weight: 4, arbitrary: fc.record({ use: fc.nat({ max: 5 }) }) },
    fc.record({ change: fc.constantFrom('disable', 'enable', 'revoke', 'delete'), of: fc.nat({ max: 5 }) }),
    fc.record({ waitMs: fc.oneof(fc.nat({ max: 3 * hourMs }), fc.constantFrom(0, hourMs, 23 * hourMs, 24 * hourMs)) }),
    fc.constant('ask' as const),
  )

  it('agree with the replayed log, in any history (USE-4, K8)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        let now = start
        const { keyring, addKey } = openKeyring({ store: memoryStore({ now: () => now }) })
        const keys: Awaited<ReturnType<typeof addKey>>[] = []
        const log: { readonly id: string; readonly at: Date }[] = []

        const compare = async () => {
          const recent = log.filter(({ at }) => at.getTime() >= hourOf(now).getTime() - 23 * hourMs)
          const stats = await keyring.stats({ organizationId })
          const shown = await Promise.all(keys.map(({ id }) => keyring.get(id)))
          expect(stats).toEqual({
            totalCreated: keys.length,
            ...Object.fromEntries(
              (['active', 'disabled', 'expired', 'revoked'] as const).map((status) => [
                status,
                shown.filter((key) => key?.status === status).length,
              ]),
            ),
            callsLast24h: recent.length,
            lastCallAt: log.at(-1)?.at ?? null,
          })
          for (const key of shown) {
            if (key === null) continue
            expect(key.lastUsedAt).toEqual(log.findLast(({ id }) => id === key.id)?.at ?? null)
            const series = await keyring.usage({ organizationId, keyId: key.id })
            expect(series.filter(({ count }) => count > 0).map((point) => ({ ...point, refusals: {} }))).toEqual(
              byHour(recent.filter(({ id }) => id === key.id)),
            )
          }
        }
        for (const step of steps) {
          if (step === 'ask') await compare()
          else if ('waitMs' in step) now = new Date(now.getTime() + step.waitMs)
          else if ('create' in step) {
            const expiresAt = step.create === null ? null : new Date(now.getTime() + step.create)
            keys.push(await addKey({ expiresAt }))
          } else if ('use' in step) {
            const key = keys[step.use]
            if ((await key?.verify())?.ok) log.push({ id: key?.id ?? '', at: now })
          } else {
            const key = keys[step.of]
            // Not every change is possible in every state, and then it changes nothing.
            if (key !== undefined) await keyring[step.change](key.id).catch(() => {})
          }
        }
        await compare()
        await keyring.close()
      }),
      { numRuns: 60 },
    )
  })

  const byHour = (uses: readonly { readonly at: Date }[]) => {
    const hours = new Map<number, number>()
    for (const { at } of uses) hours.set(hourOf(at).getTime(), (hours.get(hourOf(at).getTime()) ?? 0) + 1)
    return [...hours].map(([hour, count]) => ({ start: new Date(hour), count, refusals: {} }))
  }

  const at = (text: string) => new Date(`2026-01-0${text}Z`)
  it.each<[string, Omit<UsageQuery, 'organizationId'>, string, number]>([
    ['24 hours, this one the last', {}, '1T11:00', 24],
    ['those between', { from: at('2T09:00'), to: at('2T12:00') }, '2T09:00', 3],
    ['those that are begun, too', { from: at('2T09:59'), to: at('2T10:01') }, '2T09:00', 2],
    ['24 before an instant', { to: at('2T12:00') }, '1T12:00', 24],
    ['those since an instant', { from: at('1T10:00') }, '1T10:00', 25],
    ['none', { from: at('2T09:00'), to: at('2T09:00') }, '2T09:00', 0],
  ])('by the hour cover %s, used or not', async (_, query, first, length) => {
    const now = at('2T10:30')
    const { keyring, addKey } = openKeyring({ store: memoryStore({ now: () => now }) })
    const { verify } = await addKey()
    await verify()
    await verify()
    const used = at('2T10:00').getTime()
    expect(await keyring.usage({ organizationId, ...query })).toEqual(
      Array.from({ length }, (_, index) => {
        const hour = new Date(at(first).getTime() + index * hourMs)
        return { start: hour, count: hour.getTime() === used ? 2 : 0, refusals: {} }
      }),
    )
    await keyring.close()
  })

  it.each<[string, string, object]>([
    ['no organisation', 'organizationId', { organizationId: '' }],
    ['no id of a key', 'keyId', { keyId: 7 }],
    ['a text for an instant', 'from', { from: '2026-01-01' }],
    ['an instant that is none', 'to', { to: new Date(Number.NaN) }],
    ['the end before the beginning', 'from', { from: at('2T00:00'), to: at('1T00:00') }],
    ['more than 92 days', 'from', { from: new Date(0) }],
  ])('by the hour are refused for %s', async (_, field, query) => {
    const { keyring } = openKeyring()
    const asked = keyring.usage({ organizationId, ...query })
    await expect(asked).rejects.toMatchObject({ code: 'invalid_input', field })
  })
})

describe('a keyring', () => {
  it('keeps the last enable/disable while usage is written concurrently (CONS-14)', async () => {
    const { keyring, addKey } = openKeyring({ usageFlushMs: 100 })
    const { id, verify } = await addKey({ metadata: { team: 'ops' } })
    const { lastUsedAt: _, ...created } = (await keyring.get(id)) ?? expect.unreachable()
    let passed = 0
    const use = async () => {
      for (let count = 0; count < 1_000; count += 1) if ((await verify()).ok) passed += 1
    }
    const toggle = async () => {
      for (let count = 0; count < 500; count += 1) {
        await (count % 2 === 0 ? keyring.disable(id) : keyring.enable(id))
        await keyring.stats({ organizationId })
      }
      await keyring.disable(id)
    }
    await Promise.all([...Array.from({ length: 10 }, use), toggle()])
    expect(passed).toBeGreaterThan(100)
    expect((await keyring.stats({ organizationId })).callsLast24h).toBe(passed)
    const disabled = { disabledAt: expect.any(Date), disabledBy: { type: 'system', id: 'keyring' }, locked: true }
    const at = { updatedAt: expect.any(Date), lastUsedAt: expect.any(Date), version: 502 }
    const ended = { status: 'disabled', ...disabled, ...at }
    expect(await keyring.get(id)).toEqual({ ...created, ...ended })
    expect(await verify()).toMatchObject({ refusal: { code: 'api_key_disabled' } })
    await keyring.close()
  })

  it('that is never closed does not keep the process alive', async () => {
    const run = promisify(execFile)(process.execPath, runArguments('../verify/fixtures/leaves-open.ts'), {
      timeout: 10_000,
    })
    expect((await run).stdout).toMatch(/^true /)
  })
})
