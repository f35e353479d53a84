import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type OutageEvent, outages } from '../../src/outage/outages.js'

const start = new Date('2026-01-01T00:00:00Z')
beforeEach(() => {
  vi.useFakeTimers({ now: start })
})
afterEach(() => {
  vi.useRealTimers()
})

const failure = new Error('down')

function make() {
  const events: OutageEvent[] = []
  const told = outages((event) => events.push(event), null)
  return { events, ...told }
}

describe('an outage', () => {
  it('of a thousand refusals is two events: its beginning, and its end with the count (FI-43)', async () => {
    const { events, failed, worked } = make()
    for (let count = 0; count < 1_000; count += 1) {
      failed('store', failure)
      await vi.advanceTimersByTimeAsync(10)
    }
    worked('store')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(events).toEqual([
      { type: 'keyring.outage_began', reason: 'store', error: failure, at: start },
      { type: 'keyring.outage_ended', reason: 'store', refused: 1_000, durationMs: 10_000 },
    ])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is not over where nothing has answered, however long nobody asks', async () => {
    const { events, failed } = make()
    failed('store', failure)
    await vi.advanceTimersByTimeAsync(3_600_000)
    failed('store', failure)
    expect(events).toHaveLength(1)
  })

  it('that hits one request among many is told once, not each time (FI-43)', async () => {
    const { events, failed, worked } = make()
    for (let count = 0; count < 200; count += 1) {
      failed('owner', failure)
      worked()
      await vi.advanceTimersByTimeAsync(500)
      worked()
    }
    await vi.advanceTimersByTimeAsync(1_000)
    expect(events).toMatchObject([
      { type: 'keyring.outage_began', reason: 'owner' },
      { type: 'keyring.outage_ended', reason: 'owner', refused: 200 },
    ])
  })

  it('of two parts is two outages; that the store hangs and is then refused at once is one', async () => {
    const { events, failed, worked } = make()
    failed('timeout', failure)
    failed('store', failure)
    failed('owner', failure)
    worked('store')
    await vi.advanceTimersByTimeAsync(1_000)
    worked()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(events).toMatchObject([
      { type: 'keyring.outage_began', reason: 'timeout' },
      { type: 'keyring.outage_began', reason: 'owner' },
      { type: 'keyring.outage_ended', reason: 'timeout', refused: 2 },
      { type: 'keyring.outage_ended', reason: 'owner', refused: 1 },
    ])
  })

  it('of the store goes on while keys that are kept pass, until the store itself answers', async () => {
    const { events, failed, worked } = make()
    failed('store', failure)
    for (let count = 0; count < 10; count += 1) {
      worked()
      await vi.advanceTimersByTimeAsync(1_000)
    }
    expect(events).toHaveLength(1)
    worked('store')
    await vi.advanceTimersByTimeAsync(1_000)
    expect(events[1]).toMatchObject({ type: 'keyring.outage_ended', durationMs: 10_000 })
  })

  it('that begins again after its end is a new one', async () => {
    const { events, failed, worked } = make()
    for (let count = 0; count < 3; count += 1) {
      failed('hash', failure)
      worked()
      await vi.advanceTimersByTimeAsync(1_000)
    }
    expect(events.map(({ type }) => type)).toEqual(
      Array(3).fill(['keyring.outage_began', 'keyring.outage_ended']).flat(),
    )
  })

  it('leaves no timer when the keyring is closed, and its end is told if it works again', async () => {
    const { events, failed, worked, close } = make()
    failed('store', failure)
    failed('owner', failure)
    worked('store')
    close()
    expect(vi.getTimerCount()).toBe(0)
    expect(events.at(-1)).toMatchObject({ type: 'keyring.outage_ended', reason: 'store' })
  })
})
