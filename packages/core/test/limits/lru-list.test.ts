import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lruList } from '../../src/limits/lru-list.js'
import { fastest } from '../support/fastest.js'

describe('lruList', () => {
  it('drops the least recently used entry first (RATE-13)', () => {
    const uses = fc.array(fc.option(fc.constantFrom('a', 'b', 'c', 'd'), { nil: null }))
    fc.assert(
      fc.property(uses, (trace) => {
        const order = lruList()
        let plain: string[] = []
        for (const id of trace) {
          if (id === null) expect(order.removeOldest()).toBe(plain.shift())
          else {
            order.touch(id)
            plain = [...plain.filter((other) => other !== id), id]
          }
          expect(order.size).toBe(plain.length)
          expect(order.oldest).toBe(plain[0])
        }
        expect([1, 2, 3, 4, 5].map(() => order.removeOldest())).toEqual([1, 2, 3, 4, 5].map(() => plain.shift()))
      }),
    )
  })

  it('touches a hot id in constant time', () => {
    const order = lruList()
    for (let index = 0; index < 100_000; index++) order.touch(`k${index}`)
    const touch = (idOf: (index: number) => string) => () => {
      for (let index = 0; index < 5_000; index++) order.touch(idOf(index))
    }
    const any = fastest(touch((index) => `k${index}`))
    expect(fastest(touch(() => 'busy'))).toBeLessThan(50 * any) // a Set takes some hundred times as long
  })
})
