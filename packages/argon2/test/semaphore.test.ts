import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HasherBusy } from '../src/hasher-busy.js'
import { createSemaphore } from '../src/semaphore.js'

describe('createSemaphore', () => {
  it('runs and queues work in order of arrival within its limits, and refuses the rest (fuzz)', async () => {
    const limit = fc.integer({ min: 1, max: 4 })
    const jobs = fc.array(fc.record({ turns: fc.nat({ max: 5 }), fails: fc.boolean() }), { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(limit, fc.nat({ max: 4 }), jobs, async (concurrency, maxQueue, work) => {
        const runLimited = createSemaphore({ concurrency, maxQueue })
        const started: number[] = []
        let running = 0
        const once = () =>
          Promise.allSettled(
            work.map(({ turns, fails }, index) =>
              runLimited(['everyone'], async () => {
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
        // Failed work must release its permit too, so the second round is like the first.
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

  it('gives whoever has less in a full queue the last place of whoever has most (HASH-14)', async () => {
    const runLimited = createSemaphore({ concurrency: 1, maxQueue: 4 })
    const done: string[] = []
    let open: () => void = () => {}
    const running = runLimited(['n0', 'k0'], () => new Promise<void>((resolve) => (open = resolve)))
    const add = (network: string, key: string) =>
      runLimited([network, `${network} ${key}`], async () => void done.push(`${network} ${key}`)).catch(
        (error: unknown) => {
          expect(error).toBeInstanceOf(HasherBusy)
          done.push(`not ${network} ${key}`)
        },
      )
    const all = [
      running,
      ...['a1', 'a2', 'a3', 'a4', 'a5'].map((key) => add('a', key)), // one network, many keys; the fifth finds no place
      add('b', 'b1'), // in place of a4
      add('b', 'b1'), // in place of a3
      add('b', 'b2'), // in place of the second b1
      add('b', 'b3'), // not: b would have more than a
      add('c', 'c1'), // in place of a2, the last of those with most
    ]
    await null
    expect(done).toEqual([])
    open()
    await Promise.all(all)
    expect(done.filter((one) => !one.startsWith('not'))).toEqual(['a a1', 'b b1', 'b b2', 'c c1'])
    expect(done.filter((one) => one.startsWith('not'))).toHaveLength(6)
  })

  it('shares the places of a network among its keys (HASH-14)', async () => {
    const runLimited = createSemaphore({ concurrency: 1, maxQueue: 4 })
    const outcome = (key: string) => runLimited(['n', `n ${key}`], async () => key).catch(() => `not ${key}`)
    const flood = Array.from({ length: 10 }, () => outcome('greedy'))
    const other = outcome('other')
    expect(await other).toBe('other')
    expect((await Promise.all(flood)).filter((one) => one === 'greedy')).toHaveLength(4)
  })
})
