import { checkNames, type NamesOf } from '@keywright/core/adapter'
import type { InvalidationBus } from '@keywright/core/store'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

/** A bus to test, and a way to break its connections. */
export interface OpenBus {
  readonly bus: InvalidationBus
  /** Breaks the connections on which the bus listens. It may connect again. */
  breakConnections(): Promise<void>
}

/** The bus that {@link testInvalidationBus} tests. */
export interface InvalidationBusHarness {
  /** The name of the bus, for the titles of the tests. */
  readonly name: string
  /** Opens two ends of one bus, as in two processes, until the test has finished. Each call must open a new bus. */
  open(): Promise<readonly [OpenBus, OpenBus]>
}

const harnessNames: NamesOf<InvalidationBusHarness> = { name: true, open: true }

/** How long a connection may take to open or to break. */
const patience = { timeout: 30_000, interval: 5 }

/**
 * Tests a bus against the contract of `InvalidationBus`. Call it at the top of a Vitest file, with a real bus.
 *
 * @example
 * ```ts
 * testInvalidationBus({ name: 'my bus', open: async () => [await openEnd(), await openEnd()] })
 * ```
 *
 * @throws {@link InvalidOptions} when a field is unknown.
 */
export function testInvalidationBus(harness: InvalidationBusHarness): void {
  checkNames(harness, harnessNames)
  const { name, open } = harness
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

    it('tells every subscriber of every key once it listens', async () => {
      const [here, there] = await open()
      const ends = [await listen(here), await listen(there)]
      const ids = Array.from({ length: 20 }, (_, index) => `Key'" ${index}`)
      for (const [index, id] of ids.entries()) await (index % 2 === 0 ? here : there).bus.publish(id)
      for (const { messages } of ends) {
        await vi.waitFor(() => expect([...messages].sort()).toEqual([...ids].sort()), patience)
      }
    })

    it('reports when its connection breaks, and when it listens again', async () => {
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

    it('delivers nothing after it was stopped', async () => {
      const [here, there] = await open()
      const [ours, theirs] = [await listen(here), await listen(there)]
      await ours.stop()
      const before = [...ours.states]
      await there.bus.publish('late')
      await vi.waitFor(() => expect(theirs.messages).toEqual(['late']), patience)
      expect(ours.messages).toEqual([])
      expect(ours.states).toEqual(before)
    })
  })
}
