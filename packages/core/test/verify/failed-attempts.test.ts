import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { failedAttempts } from '../../src/limits/failed-attempts.js'
import { memoryStore } from '../../src/memory/memory-store.js'

import { guessAt, openKeyring } from '../support/limits-setup.js'

const home = '203.0.113.9'
const elsewhere = '198.51.100.1'
const failureLimit = { limit: 3, windowMs: 60_000 }

/** Ids that no key has, each another. */
const unknownIds = (count: number) => Array.from({ length: count }, (_, index) => String(index).padStart(12, '0'))

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-01-01T00:00:00Z') })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A keyring with one key, and how many reads it has asked of its store. */
async function open(options: Parameters<typeof openKeyring>[0] = {}) {
  const memory = memoryStore()
  const find = vi.fn(memory.find)
  const opened = openKeyring({ store: { ...memory, find }, ...options })
  const key = await opened.addKey()
  /** Presents as many bad keys from an address, each with an id of its own, or a wrong secret for one key. */
  const guess = async (count: number, ip: string | null, id?: string) => {
    const verdicts = unknownIds(count).map((unknown) => opened.keyring.verify(guessAt(id ?? unknown), { ip }))
    return (await Promise.all(verdicts)).map((verdict) => (verdict.ok ? 'ok' : verdict.refusal.code))
  }
  return { ...opened, ...key, find, guess }
}

describe('the failure limit (RATE-6)', () => {
  it('refuses a network only where the host sets it', async () => {
    const { verify, guess } = await open()
    expect(new Set(await guess(200, home))).toEqual(new Set(['api_key_invalid']))
    expect((await verify({ ip: home })).ok).toBe(true)
  })

  it('refuses a network before anything is looked up, for as long as it tells', async () => {
    const { verify, guess, find, told } = await open({ failureLimit })
    expect(await guess(3, home)).toEqual(Array(3).fill('api_key_invalid'))
    await vi.advanceTimersByTimeAsync(20_000)
    find.mockClear()
    const states = [{ policy: { name: 'failures', ...failureLimit }, remaining: 0, resetMs: 40_000 }]
    const refusal = { code: 'rate_limited', keyId: null, violatedPolicies: ['failures'], retryAfterMs: 40_000, states }
    expect(await verify({ ip: home })).toEqual({ ok: false, refusal, rateLimits: states })
    expect(await guess(2, home)).toEqual(['rate_limited', 'rate_limited'])
    expect(find).not.toHaveBeenCalled()
    expect(told('api_key.rate_limited')[0]).toEqual({
      type: 'api_key.rate_limited',
      keyId: null,
      violated: ['failures'],
      ip: home,
    })

    await vi.advanceTimersByTimeAsync(39_999)
    expect((await verify({ ip: home })).ok).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect((await verify({ ip: home })).ok).toBe(true)
  })

  it('does not refuse good keys of other networks, or of requests without an address', async () => {
    const { verify, guess } = await open({ failureLimit })
    await guess(10, home)
    for (const ip of [elsewhere, '2001:db8::1', null, 'no address']) expect((await verify({ ip })).ok).toBe(true)
    await guess(10, null)
    expect((await verify({ ip: null })).ok).toBe(true)
  })

  it('is not reset by a good key between the bad ones', async () => {
    const { verify, guess } = await open({ failureLimit })
    await guess(2, home)
    expect((await verify({ ip: home })).ok).toBe(true)
    await guess(1, home)
    expect(await verify({ ip: home })).toMatchObject({ refusal: { code: 'rate_limited' } })
  })

  it.each([
    ['2001:db8:0:1::1', '2001:db8:0:1:ffff:ffff:ffff:ffff', true],
    ['2001:db8:0:1::1', '2001:DB8:0:1::2', true],
    ['2001:db8:0:1::1', '2001:db8:0:2::1', false],
    ['203.0.113.9', '::ffff:203.0.113.9', true],
    ['203.0.113.9', '203.0.113.8', false],
    ['::ffff:203.0.113.9', '::ffff:203.0.113.8', false],
  ])('counts an IPv4 address, or the /64 of an IPv6 address: %s and %s: %s', async (guesser, ip, isSame) => {
    const { verify, guess } = await open({ failureLimit })
    await guess(3, guesser)
    expect((await verify({ ip })).ok).toBe(!isSame)
  })

  it('does not count inactive keys or malformed text as failed attempts', async () => {
    const { keyring, id, verify } = await open({ failureLimit })
    for (let count = 0; count < 5; count += 1) {
      await verify({ ip: home, scopes: ['members.invite'] })
      await keyring.verify('tk_live_garbage', { ip: home })
    }
    await keyring.disable(id)
    for (let count = 0; count < 5; count += 1) await verify({ ip: home })
    await keyring.enable(id)
    expect((await verify({ ip: home })).ok).toBe(true)
  })

  it('always reports the policy as `failures`', async () => {
    const named = { ...failureLimit, name: 'größe' }
    const { verify, guess } = await open({ failureLimit: named })
    await guess(3, home)
    expect(await verify({ ip: home })).toMatchObject({ refusal: { violatedPolicies: ['failures'] } })
  })
})

/** How many of these promises have not settled. */
async function pendingOf(promises: readonly Promise<unknown>[]): Promise<number> {
  let pending = promises.length
  for (const promise of promises) void promise.then(() => (pending -= 1))
  // More turns than any of them takes without a timer.
  for (let turn = 0; turn < 1_000; turn += 1) await null
  return pending
}

describe('an id that is guessed at (RATE-6, T36)', () => {
  it('delays the guesser alone, and by no more than 250 ms', async () => {
    const { id, verify, guess } = await open()
    const flood = guess(500, home, id)
    const answered = vi.fn()
    void flood.then(answered)
    // No timer moves: whatever waits for one waits for ever.
    for (let count = 0; count < 100; count += 1) expect((await verify({ ip: home })).ok).toBe(true)
    expect(answered).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(249)
    expect(answered).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(answered).toHaveBeenCalledOnce()
    expect(new Set(await flood)).toEqual(new Set(['api_key_invalid']))
  })

  it.each([
    ['a key’s', (id: string) => id],
    ['nobody’s', () => '000000000000'],
  ])(
    'has 4 answers held for a network and 32 in all, where it is %s; the others go at once (RATE-16)',
    async (_whose, idOf) => {
      const { id, verify, keyring } = await open()
      const guesses = (count: number, ip: string | null) =>
        Array.from({ length: count }, () => keyring.verify(guessAt(idOf(id)), { ip }))
      expect(await pendingOf(guesses(10, home))).toBe(0) // mistakes
      expect(await pendingOf(guesses(100, home))).toBe(4)
      expect(await pendingOf(guesses(100, home))).toBe(0)
      expect(await pendingOf(guesses(100, null))).toBe(4)
      expect(await pendingOf(guesses(100, 'no address'))).toBe(0)
      const others: number[] = []
      for (let index = 0; index < 8; index += 1) others.push(await pendingOf(guesses(10, `198.51.100.${index}`)))
      expect(others).toEqual([4, 4, 4, 4, 4, 4, 0, 0])
      expect((await verify({ ip: home })).ok).toBe(true)

      await vi.advanceTimersByTimeAsync(250)
      expect(await pendingOf(guesses(10, home))).toBe(4) // there is room again
      await vi.advanceTimersByTimeAsync(250)
    },
  )

  it('is answered at once ten times a minute, and the host hears of the rest', async () => {
    const { id, guess, told } = await open()
    await guess(10, home, id)
    expect(told('api_key.guessed_at')).toEqual([])
    const late = guess(2, elsewhere, id)
    await vi.advanceTimersByTimeAsync(250)
    await late
    expect(told('api_key.guessed_at')).toEqual(Array(2).fill({ type: 'api_key.guessed_at', keyId: id, ip: elsewhere }))
    await vi.advanceTimersByTimeAsync(60_000)
    await guess(10, home, id)
  })

  it('for an id of no key are delayed alike, without an event (HASH-7)', async () => {
    const { guess, told } = await open()
    await guess(10, home, '000000000000')
    const late = guess(1, home, '000000000000')
    const answered = vi.fn()
    void late.then(answered)
    await vi.advanceTimersByTimeAsync(249)
    expect(answered).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(await late).toEqual(['api_key_invalid'])
    expect(told('api_key.guessed_at')).toEqual([])
  })

  it('are answered late but as invalid when verifyTimeoutMs is shorter than the delay', async () => {
    const { id, guess, told } = await open({ verifyTimeoutMs: 50 })
    const flood = guess(20, home, id)
    await vi.advanceTimersByTimeAsync(250)
    expect(new Set(await flood)).toEqual(new Set(['api_key_invalid']))
    expect(told('keyring.outage_began')).toEqual([])
  })
})

it('ever new ids fill no more than their room (RATE-13, T48)', async () => {
  const heard = vi.fn()
  const { delay } = failedAttempts({}, heard)
  const [idlest = '', next = '', ...others] = unknownIds(50_001)
  for (const id of [idlest, next]) for (let count = 0; count < 10; count += 1) await delay(home, id, true)
  for (const id of others) await delay(home, id, true)
  await delay(home, idlest, true) // forgotten: the first of its ten
  void delay(home, next, true) // whose place the idlest has now taken
  void delay(home, others.at(-1) ?? '', true)
  expect(heard).not.toHaveBeenCalled()

  for (let count = 0; count < 9; count += 1) await delay(home, idlest, true)
  void delay(home, idlest, true)
  await expect.poll(() => heard.mock.calls).toEqual([[idlest, home]])
  expect(vi.getTimerCount()).toBe(1) // that of the late answer: counts have none
})
