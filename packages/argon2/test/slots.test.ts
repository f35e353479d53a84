import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSlots, HasherBusy } from '../src/slots.js'

describe('slots', () => {
  it('run no more than they may, let no more wait, lose none, and keep the order (fuzz)', async () => {
    const limit = fc.integer({ min: 1, max: 4 })
    const jobs = fc.array(fc.record({ turns: fc.nat({ max: 5 }), fails: fc.boolean() }), { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(limit, fc.nat({ max: 4 }), jobs, async (concurrency, maxQueue, work) => {
        const inTurn = createSlots({ concurrency, maxQueue })
        const started: number[] = []
        let running = 0
        const once = () =>
          Promise.allSettled(
            work.map(({ turns, fails }, index) =>
              inTurn(async () => {
                started.push(index)
                running += 1
                expect(running).toBeLessThanOrEqual(concurrency)
                for (let turn = 0; turn < turns; turn += 1) await null
                running -= 1
                if (fails) throw new Error('failed')
                return index
              }),
            ),
          )
        // What failed must have left its slot too: the second time is like the first.
        for (let round = 0; round < 2; round += 1) {
          started.length = 0
          const admitted = work.slice(0, concurrency + maxQueue)
          const settled = await once()
          expect(started).toEqual(admitted.map((_, index) => index))
          expect(settled).toEqual(
            work.map(({ fails }, index) => {
              if (index >= admitted.length) return { status: 'rejected', reason: expect.any(HasherBusy) }
              if (fails) return { status: 'rejected', reason: new Error('failed') }
              return { status: 'fulfilled', value: index }
            }),
          )
        }
      }),
    )
  })
})
