import type { InvalidationBus } from '@keywright/core'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

/** A bus to be tested, and how to break it. */
export interface OpenBus {
  readonly bus: InvalidationBus
  /** Breaks the connections that it listens on. New ones may be made. */
  breakConnections(): Promise<void>
}

/** What {@link testInvalidationBus} needs of a bus. */
export interface InvalidationBusHarness {
  readonly name: string
  /** Opens two ends of one bus, as two processes would have them, until the test has finished; no other call shares it. */
  open(): Promise<readonly [OpenBus, OpenBus]>
}

/** How long a connection may take. */
const patience = { timeout: 10_000, interval: 5 }

/** The meaning of an invalidation bus, as tests. A bus's own test file is one call to this, over the real thing. */
export function testInvalidationBus({ name, open }: InvalidationBusHarness): void {
  describe(`${name}: InvalidationBus`, () => {
    const listen = async ({ bus }: OpenBus) => {
      const messages: string[] = []
      const states: boolean[] = []
      const stop = bus.subscribe(
        (keyId) => messages.push(keyId),
        (state) => states.push(state),
      )
      onTestFinished(stop)
      await vi.waitFor(() => expect(states.at(-1)).toBe(true), patience)
      return { messages, states, stop }
    }

    it('tells every subscriber of every key, once it listens', async () => {
      const [here, there] = await open()
      const ends = [await listen(here), await listen(there)]
      const ids = Array.from({ length: 20 }, (_, index) => `Key'" ${index}`)
      for (const [index, id] of ids.entries()) await (index % 2 === 0 ? here : there).bus.publish(id)
      for (const { messages } of ends) {
        await vi.waitFor(() => expect([...messages].sort()).toEqual([...ids].sort()), patience)
      }
    })

    it('says when its connection breaks, and when it listens again', async () => {
      const [here, there] = await open()
      const { messages, states } = await listen(here)
      for (const id of ['first', 'second']) {
        states.length = 0
        await here.breakConnections()
        await vi.waitFor(() => expect(states).toContain(false), patience)
        await vi.waitFor(() => expect(states.at(-1)).toBe(true), patience)
        await there.bus.publish(id)
        await vi.waitFor(() => expect(messages).toContain(id), patience)
      }
      expect(messages).toEqual(['first', 'second'])
    })

    it('is silent once it was stopped', async () => {
      const [here, there] = await open()
      const [ours, theirs] = [await listen(here), await listen(there)]
      await ours.stop()
      const told = [...ours.states]
      await there.bus.publish('late')
      await vi.waitFor(() => expect(theirs.messages).toEqual(['late']), patience)
      expect(ours.messages).toEqual([])
      expect(ours.states).toEqual(told)
    })
  })
}
