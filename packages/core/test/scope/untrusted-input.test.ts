import { performance } from 'node:perf_hooks'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { InvalidInput } from '../../src/errors/index.js'
import { cap, close, covers, isSubset, join, meet, normalize, parseScope } from '../../src/scope/index.js'
import { admits } from './oracle.js'

/** The definition, in a form of its own. */
const grammar = /^(?=.{1,255}$)(?:\*|[a-z0-9][a-z0-9_-]{0,63})(?:\.(?:\*|[a-z0-9][a-z0-9_-]{0,63})){0,15}$/

/** Any text; and near misses, made of what scopes are made of. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: fc.constantFrom('a', 'b', '0', '.', '.', '*', '_', '-', 'A', ' ', '\n'), maxLength: 12 }),
  fc
    .array(fc.constantFrom('a', '*', 'a'.repeat(64), 'a'.repeat(65)), { maxLength: 18 })
    .map((parts) => parts.join('.')),
)

const noText: readonly unknown[] = [undefined, null, 7, {}, [], ['a'], Symbol('a'), () => 'a', new String('a')]

describe('parseScope', () => {
  it('accepts what the definition accepts, gives it back unchanged, and never throws (SCOPE-16)', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const parsed = parseScope(text)
        expect(parsed.ok).toBe(grammar.test(text))
        if (parsed.ok) {
          expect([parsed.scope, parsed.segments.join('.')]).toEqual([text, text])
          expect(parsed.concrete).toBe(!text.includes('*'))
        }
      }),
      { numRuns: 5_000 },
    )
  })

  it.each(noText.map((value) => [value]))('refuses what is no text (%#)', (value) => {
    expect(parseScope(value as string)).toEqual({ ok: false, reason: 'not_a_string' })
  })

  it.each([
    ['', 'empty'],
    [`a.${'b'.repeat(64)}.${'c'.repeat(64)}.${'d'.repeat(64)}.${'e'.repeat(59)}`, 'too_long'],
    ['a.'.repeat(16).concat('a'), 'too_many_segments'],
    ['a..b', 'segment'],
    ['A', 'segment'],
    ['\u0430', 'segment'], // the Cyrillic one
    ['a\u202e', 'segment'],
    ['\ufeffa', 'segment'],
  ])('says why it refuses %j (SCOPE-16)', (text, reason) => {
    expect(parseScope(text)).toEqual({ ok: false, reason })
  })

  it('accepts 255 characters', () => {
    expect(parseScope(`${'b'.repeat(64)}.${'c'.repeat(64)}.${'d'.repeat(64)}.${'e'.repeat(60)}`).ok).toBe(true)
  })
})

describe('covers', () => {
  it('lets a malformed grant match nothing, and a well-formed one only what it should (SCOPE-9, SCOPE-16)', () => {
    const required = fc.constantFrom('a', 'b', 'a.b', 'a.a', 'b.a.0', 'a'.repeat(64))
    fc.assert(
      fc.property(anyText, required, (granted, scope) => {
        expect(covers([granted], scope)).toBe(grammar.test(granted) && admits(granted, scope))
      }),
      { numRuns: 5_000 },
    )
  })

  it.each<[unknown]>([[undefined], [null], ['*'], [{}], [{ length: 1, 0: '*' }], [new Set(['*'])], [42], [true]])(
    'grants nothing where there is no list (%#) (SCOPE-9)',
    (granted) => {
      expect(covers(granted as string[], 'members.read')).toBe(false)
    },
  )

  it('grants nothing by what is no text in a list (SCOPE-9)', () => {
    expect(covers([undefined, null, 7, ['*'], { toString: () => '*' }] as unknown as string[], 'a')).toBe(false)
  })

  it.each(['constructor', 'tostring', 'valueof'])('takes %s for plain data (SCOPE-16)', (name) => {
    expect(covers(['members.read', '__proto__', '__proto__.*'], name)).toBe(false)
    expect(covers([name], name)).toBe(true)
  })

  it.each<[unknown]>([...noText, 'a.*', '*', '', 'a..b', 'A', 'a\n'].map((value) => [value]))(
    'throws for a requirement that is not one concrete scope (%#) (SCOPE-8)',
    (required) => {
      for (const granted of [['*'], []]) {
        expect(() => covers(granted, required as string)).toThrow(InvalidInput)
        expect(() => covers(granted, required as string)).toThrow(expect.objectContaining({ field: 'required' }))
      }
    },
  )
})

describe('the operations on sets', () => {
  const operations: [string, (set: readonly string[]) => unknown, string][] = [
    ['normalize', (set) => normalize(set), 'scopes'],
    ['close', (set) => close(set, {}), 'scopes'],
    ['meet, left', (set) => meet(set, ['a']), 'a'],
    ['meet, right', (set) => meet(['a'], set), 'b'],
    ['join, left', (set) => join(set, ['a']), 'a'],
    ['join, right', (set) => join(['a'], set), 'b'],
    ['isSubset, left', (set) => isSubset(set, ['*']), 'a'],
    ['isSubset, right', (set) => isSubset([], set), 'b'],
    ['cap, left', (set) => cap(set, ['*'], {}), 'a'],
    ['cap, right', (set) => cap(['*'], set, {}), 'b'],
  ]

  it.each(operations)('%s refuses a missing set: it is not an empty one (SCOPE-9)', (_, run, field) => {
    for (const set of [undefined, null, '*', {}, new Set(['*'])]) {
      expect(() => run(set as string[])).toThrow(InvalidInput)
      expect(() => run(set as string[])).toThrow(expect.objectContaining({ field }))
    }
  })

  it.each(operations)('%s names the place of a malformed pattern (SCOPE-16)', (_, run, field) => {
    for (const bad of ['A', '', 'a*', undefined, 7]) {
      const set = ['a', '*', bad] as string[]
      expect(() => run(set)).toThrow(InvalidInput)
      expect(() => run(set)).toThrow(expect.objectContaining({ field: `${field}[2]` }))
    }
    expect(() => run(new Array<string>(3))).toThrow(expect.objectContaining({ field: `${field}[0]` }))
  })

  it.each(operations)('%s leaves its input as it was', (_, run) => {
    const set = Object.freeze(['b', 'a.*', 'a.b', 'a.b'])
    run(set)
    expect(set).toEqual(['b', 'a.*', 'a.b', 'a.b'])
  })

  it('refuse more patterns than can be compared in time, given or made (SCOPE-15)', () => {
    const many = Array.from({ length: 2_001 }, (_, index) => `s${index}`)
    for (const [, run, field] of operations) {
      expect(() => run(many)).toThrow(expect.objectContaining({ field }))
      run(many.slice(2))
    }
    expect(() => join(many.slice(1_000), many.slice(0, 1_000))).toThrow(expect.objectContaining({ field: 'b' }))
  })

  it('give up early where two sets cross in too many patterns (SCOPE-15)', () => {
    const names = Array.from({ length: 2_000 }, (_, index) => `s${index}`)
    const start = performance.now()
    const cross = () =>
      meet(
        names.map((name) => `${name}.*`),
        names.map((name) => `*.${name}`),
      )
    expect(cross).toThrow(expect.objectContaining({ field: 'b' }))
    expect(performance.now() - start).toBeLessThan(1_000) // all four million take many seconds
  })
})

describe('the cost (SCOPE-15)', () => {
  const name = 'a'.repeat(62)
  const longest = Array.from({ length: 4 }, () => name).join('.') // 251 characters
  const hostile = [
    ...Array.from({ length: 40 }, (_, at) => `${longest.slice(0, -3)}${at}z`), // differ in the last characters alone
    ...Array.from({ length: 40 }, (_, at) => `${'*.'.repeat(at % 15)}z`),
    ...Array.from({ length: 40 }, (_, at) => `${name}.*.${name}.${name.slice(0, -3)}${at}z`),
    ...Array.from({ length: 40 }, () => `${'*.'.repeat(3)}${name}b`),
    ...Array.from({ length: 40 }, () => `${name}${'*'.repeat(190)}`), // damaged
  ]

  /** The fastest of several runs, in microseconds: a pause of the machine does not count. */
  function micros(run: () => unknown): number {
    const times = Array.from({ length: 20 }, () => {
      const start = performance.now()
      for (let left = 50; left > 0; left -= 1) run()
      return ((performance.now() - start) / 50) * 1_000
    })
    return Math.min(...times)
  }

  it('of one check against 200 hostile patterns stays small', () => {
    expect(hostile).toHaveLength(200)
    expect(covers(hostile, longest)).toBe(false)
    // Generous, for busy machines: what matters is that nothing multiplies.
    expect(micros(() => covers(hostile, longest))).toBeLessThan(2_000)
  })

  it('of reading grows with the length, up to the limit, and not beyond it', () => {
    for (const text of ['a'.repeat(1_000_000), 'a.'.repeat(500_000), '*.'.repeat(500_000), '-'.repeat(1_000_000)]) {
      expect(parseScope(text)).toEqual({ ok: false, reason: 'too_long' })
      expect(micros(() => parseScope(text))).toBeLessThan(1_000)
    }
    expect(micros(() => parseScope(longest))).toBeLessThan(1_000)
  })

  it('of all operations on 200 patterns a side stays small', () => {
    const wide = Array.from({ length: 200 }, (_, at) => `${'*.'.repeat(at % 15)}s${at}`)
    const tall = Array.from({ length: 200 }, (_, at) => `s${at}.*.s${at % 50}`)
    const start = performance.now()
    for (const run of [normalize, (set: string[]) => join(set, tall), (set: string[]) => isSubset(tall, set)]) run(wide)
    cap(wide, tall, {})
    expect(performance.now() - start).toBeLessThan(2_000)
  })
})

describe('text that a regular expression would read', () => {
  const hostile = ['.+', '(a+)+$', 'a|members', '[a-z]+.read', 'members.(read)', 'm?embers.read', '^members.read$']

  it.each(hostile)('is no scope: %s (SCOPE-15)', (text) => {
    expect(parseScope(text).ok).toBe(false)
    expect(covers([text], 'members.read')).toBe(false)
  })

  it('is plain data where it is one: a dot is a dot, and a dash no range (SCOPE-15)', () => {
    expect(covers(['members.read'], 'membersxread')).toBe(false)
    expect(covers(['a-z.read'], 'b.read')).toBe(false)
    expect(meet(['a-z.*'], ['*.read'])).toEqual(['a-z.read'])
  })

  it('is never made into one (SCOPE-15)', () => {
    const built = vi.fn()
    vi.stubGlobal('RegExp', new Proxy(RegExp, { construct: built, apply: built }))
    try {
      for (const text of [...hostile, 'a-z.*']) covers([text], 'members.read')
      cap(['a-z.*'], ['*.read'], { 'a-z.read': ['b'] })
    } finally {
      vi.unstubAllGlobals()
    }
    expect(built).not.toHaveBeenCalled()
  })
})
