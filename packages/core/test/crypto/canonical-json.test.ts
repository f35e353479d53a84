import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../src/crypto/canonical-json.js'
import { InvalidInput } from '../../src/errors/input-errors.js'
import type { JsonValue } from '../../src/values/json.js'

// Not fc.jsonValue(): that makes -0 and `__proto__` at will, and few names that sort unlike numbers do.
const json = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0), // no -0
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(fc.string({ unit: 'binary', maxLength: 3 }), fc.constantFrom('10', '9', '-1', '__proto__', 'Z')),
      tie('value'),
      { maxKeys: 5 },
    ),
  ),
})).value

describe('canonicalJson', () => {
  it('writes the examples of RFC 8785', () => {
    expect(
      canonicalJson({
        numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
        string: '\u20ac$\u000f\u000aA\'\u0042\u0022\u005c\\"/',
        literals: [null, true, false],
      }),
    ).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    )
    const names = ['\u20ac', '\r', '\ufb33', '1', '\u{1f600}', '\u0080', '\u00f6']
    expect(canonicalJson(Object.fromEntries(names.map((name) => [name, 0])))).toBe(
      '{"\\r":0,"1":0,"\u0080":0,"\u00f6":0,"\u20ac":0,"\u{1f600}":0,"\ufb33":0}',
    )
  })

  it.each<[number, string]>([
    [0, '0'],
    [-0, '0'],
    [5e-324, '5e-324'],
    [-5e-324, '-5e-324'],
    [1.7976931348623157e308, '1.7976931348623157e+308'],
    [9007199254740992, '9007199254740992'],
    [295147905179352830000, '295147905179352830000'],
    [1e21, '1e+21'],
    [9.999999999999997e22, '9.999999999999997e+22'],
    [1e-7, '1e-7'],
    [0.000001, '0.000001'],
    [1.0, '1'],
  ])('writes the number %s as ECMAScript does', (number, text) => {
    expect(canonicalJson(number)).toBe(text)
  })

  it('sorts names as text, even names that look like numbers', () => {
    expect(canonicalJson({ b: 1, 10: 2, 9: 3, '-': 4, a: { d: 1, c: 2 } })).toBe(
      '{"-":4,"10":2,"9":3,"a":{"c":2,"d":1},"b":1}',
    )
  })

  it('keeps the order of lists, and leaves out undefined fields', () => {
    expect(canonicalJson([3, 1, [2]])).toBe('[3,1,[2]]')
    expect(canonicalJson({ b: undefined, a: 1 } as unknown as JsonValue)).toBe('{"a":1}')
  })

  it('treats __proto__ as any other name', () => {
    expect(canonicalJson(JSON.parse('{"z":1,"__proto__":{"b":1,"a":2}}'))).toBe('{"__proto__":{"a":2,"b":1},"z":1}')
    expect(canonicalJson(Object.assign(Object.create(null), { b: 1, a: 2 }))).toBe('{"a":2,"b":1}')
  })

  it('writes the shortest escapes, and all other characters unchanged', () => {
    expect(canonicalJson('\b\t\n\f\r"\\\u0000\u001f\u007f/\u2028é😀')).toBe(
      '"\\b\\t\\n\\f\\r\\"\\\\\\u0000\\u001f\u007f/\u2028é😀"',
    )
  })

  it('parses to its input, and does not depend on the order of the fields', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
        expect(canonicalJson(reversed(value))).toBe(text)
        expect(canonicalJson(JSON.parse(text))).toBe(text)
      }),
      { numRuns: 2_000 },
    )
  })

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['minus infinity', Number.NEGATIVE_INFINITY],
    ['a bigint', 1n],
    ['a symbol', Symbol('a')],
    ['a function', () => 1],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['a set', new Set()],
    ['bytes', new Uint8Array(2)],
    ['a wrapped number', Object(1)],
    ['half a surrogate pair', 'a\ud800'],
    ['the other half', '\udc00a'],
    ['a hole in a list', new Array(1)],
  ])('refuses %s at any depth', (_, value) => {
    const bad = value as JsonValue // what a caller without types may pass
    const fields = value === undefined ? [] : [{ a: bad }, { a: [{ b: bad }] }]
    for (const json of [bad, [bad], [0, [bad]], ...fields]) {
      expect(() => canonicalJson(json)).toThrow(InvalidInput)
      expect(() => canonicalJson(json)).toThrow(expect.objectContaining({ field: 'json' }))
    }
  })

  it('refuses a lone surrogate in a name', () => {
    expect(() => canonicalJson({ '\ud83d': 1 })).toThrow(InvalidInput)
  })
})

/** The same value, each object written from its last field to its first. */
function reversed(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, field]) => [name, reversed(field)]),
  )
}
