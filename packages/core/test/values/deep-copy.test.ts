import fc from 'fast-check'
import { expect, it } from 'vitest'
import { deepCopy } from '../../src/values/deep-copy.js'

const plain = fc.anything({ withDate: true, maxDepth: 3 })

/** Every object within a value. */
function objectsIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return []
  return [value, ...Object.values(value).flatMap(objectsIn)]
}

it('deepCopy returns an equal value that shares nothing with its input', () => {
  fc.assert(
    fc.property(plain, (value) => {
      const copy = deepCopy(value)
      expect(copy).toEqual(value)
      const theirs = new Set(objectsIn(value))
      for (const object of objectsIn(copy)) expect(theirs).not.toContain(object)
    }),
  )
})

it('deepCopy copies a field called __proto__ as any other', () => {
  const value = JSON.parse('{"__proto__": {"isAdmin": true}, "constructor": [1]}')
  const copy = deepCopy(value)
  expect(JSON.stringify(copy)).toBe('{"__proto__":{"isAdmin":true},"constructor":[1]}')
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
  expect(copy.isAdmin).toBeUndefined()
})
