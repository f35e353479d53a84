import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { idleOrder } from '../../src/limits/idle-order.js'

describe('idleOrder', () => {
  it('forgets in the order of last use (RATE-13)', () => {
    const uses = fc.array(fc.option(fc.constantFrom('a', 'b', 'c', 'd'), { nil: null }))
    fc.assert(
      fc.property(uses, (trace) => {
        const order = idleOrder()
        let plain: string[] = []
        for (const id of trace) {
          if (id === null) expect(order.forgetIdlest()).toBe(plain.shift())
          else {
            order.touch(id)
            plain = [...plain.filter((other) => other !== id), id]
          }
          expect(order.size).toBe(plain.length)
        }
        expect([1, 2, 3, 4, 5].map(() => order.forgetIdlest())).toEqual([1, 2, 3, 4, 5].map(() => plain.shift()))
      }),
    )
  })

  it('is as quick for one busy id among many as for any other', () => {
    const order = idleOrder()
    for (let index = 0; index < 100_000; index++) order.touch(`k${index}`)
    const start = performance.now()
    for (let index = 0; index < 100_000; index++) order.touch('busy')
    expect(performance.now() - start).toBeLessThan(1_000) // a Set takes several seconds
  })
})
