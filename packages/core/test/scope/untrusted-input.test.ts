import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { InvalidInput } from '../../src/errors/input-errors.js'
import { cap } from '../../src/scope/cap.js'
import { close } from '../../src/scope/close.js'
import { covers } from '../../src/scope/covers.js'
import { isSubset } from '../../src/scope/is-subset.js'
import { join } from '../../src/scope/join.js'
import { meet } from '../../src/scope/meet.js'
import { normalize } from '../../src/scope/normalize.js'
import { parseScope } from '../../src/scope/parse-scope.js'
import { fastest } from '../support/fastest.js'
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
  it('accepts what the definition accepts, returns it unchanged, and never throws (SCOPE-16)', () => {
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

  it.each(noText.map((value) => [value]))('refuses a value that is no string (%#)', (value) => {
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
  ])('gives the reason why it refuses %j (SCOPE-16)', (text, reason) => {
    expect(parseScope(text)).toEqual({ ok: false, reason })
  })

  it('accepts 255 characters', () => {
    expect(parseScope(`${'b'.repeat(64)}.${'c'.repeat(64)}.${'d'.repeat(64)}.${'e'.repeat(60)}`).ok).toBe(true)
  })
})

describe('covers', () => {
  it('matches nothing by a malformed grant, and by a well-formed one only what it should (SCOPE-9, SCOPE-16)', () => {
    const required = fc.constantFrom('a', 'b', 'a.b', 'a.a', 'b.a.0', 'a'.repeat(64))
    fc.assert(
      fc.property(anyText, required, (granted, scope) => {
        expect(covers([granted], scope)).toBe(grammar.test(granted) && admits(granted, scope))
      }),
      { numRuns: 5_000 },
    )
  })

  it.each<[unknown]>([[undefined], [null], ['*'], [{}], [{ length: 1, 0: '*' }], [new Set(['*'])], [42], [true]])(
    'grants nothing for a missing list (%#) (SCOPE-9)',
    (granted) => {
      expect(covers(granted as string[], 'members.read')).toBe(false)
    },
  )

  it('grants nothing by a list entry that is no string (SCOPE-9)', () => {
    expect(covers([undefined, null, 7, ['*'], { toString: () => '*' }] as unknown as string[], 'a')).toBe(false)
  })

  it.each(['constructor', 'tostring', 'valueof'])('treats the name %s as any other (SCOPE-16)', (name) => {
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

  it.each(operations)('%s names the position of a malformed pattern (SCOPE-16)', (_, run, field) => {
    for (const bad of ['A', '', 'a*', undefined, 7]) {
      const set = ['a', '*', bad] as string[]
      expect(() => run(set)).toThrow(InvalidInput)
      expect(() => run(set)).toThrow(expect.objectContaining({ field: `${field}[2]` }))
    }
    expect(() => run(new Array<string>(3))).toThrow(expect.objectContaining({ field: `${field}[0]` }))
  })

  it.each(operations)('%s leaves its input unchanged', (_, run) => {
    const set = Object.freeze(['b', 'a.*', 'a.b', 'a.b'])
    run(set)
    expect(set).toEqual(['b', 'a.*', 'a.b', 'a.b'])
  })

  it('refuse more patterns than can be compared in time, as input or as result (SCOPE-15)', () => {
    const many = Array.from({ length: 2_001 }, (_, index) => `s${index}`)
    for (const [, run, field] of operations) {
      expect(() => run(many)).toThrow(expect.objectContaining({ field }))
      run(many.slice(2))
    }
    expect(() => join(many.slice(1_000), many.slice(0, 1_000))).toThrow(expect.objectContaining({ field: 'b' }))
  })

  it('give up early when two sets cross in too many patterns (SCOPE-15)', () => {
    const cross = (count: number) => {
      const names = Array.from({ length: count }, (_, index) => `s${index}`)
      const meeting = () =>
        meet(
          names.map((name) => `${name}.*`),
          names.map((name) => `*.${name}`),
        )
      expect(meeting).toThrow(expect.objectContaining({ field: 'b' }))
      return fastest(() => expect(meeting).toThrow(), 5)
    }
    // Ten times as many on each side would be a hundred times as many pairs.
    expect(cross(2_000)).toBeLessThan(50 * cross(200))
  })
})

describe('the time (SCOPE-15)', () => {
  const name = 'a'.repeat(62)
  const longest = Array.from({ length: 4 }, () => name).join('.') // 251 characters
  const hostile = [
    ...Array.from({ length: 40 }, (_, at) => `${longest.slice(0, -3)}${at}z`), // differ in the last characters alone
    ...Array.from({ length: 40 }, (_, at) => `${'*.'.repeat(at % 15)}z`),
    ...Array.from({ length: 40 }, (_, at) => `${name}.*.${name}.${name.slice(0, -3)}${at}z`),
    ...Array.from({ length: 40 }, () => `${'*.'.repeat(3)}${name}b`),
    ...Array.from({ length: 40 }, () => `${name}${'*'.repeat(190)}`), // damaged
  ]

  const fiftyTimes = (run: () => unknown) => () => {
    for (let left = 50; left > 0; left -= 1) run()
  }

  it('of one check against 200 hostile patterns stays small', () => {
    expect(hostile).toHaveLength(200)
    expect(covers(hostile, longest)).toBe(false)
    // Generous: what matters is that nothing multiplies.
    const harmless = hostile.map((_, at) => `${longest.slice(0, -3)}${at % 10}`)
    const usual = fastest(fiftyTimes(() => covers(harmless, longest)))
    expect(fastest(fiftyTimes(() => covers(hostile, longest)))).toBeLessThan(50 * usual)
  })

  it('of parsing grows with the length up to the limit, and not beyond it', () => {
    for (const text of ['a'.repeat(1_000_000), 'a.'.repeat(500_000), '*.'.repeat(500_000), '-'.repeat(1_000_000)]) {
      expect(parseScope(text)).toEqual({ ok: false, reason: 'too_long' })
      const allowed = fastest(fiftyTimes(() => parseScope(longest)))
      expect(fastest(fiftyTimes(() => parseScope(text)))).toBeLessThan(10 * allowed)
    }
  })

  it('of all operations on 200 patterns a side stays small', () => {
    const timeOf = (count: number) => {
      const wide = Array.from({ length: count }, (_, at) => `${'*.'.repeat(at % 15)}s${at}`)
      const tall = Array.from({ length: count }, (_, at) => `s${at}.*.s${at % 50}`)
      return fastest(() => {
        normalize(wide)
        join(wide, tall)
        isSubset(tall, wide)
        cap(wide, tall, {})
      }, 3)
    }
    // Four times as many on each side are sixteen times as many pairs. The rest is for a machine that is busy elsewhere.
    const few = timeOf(50)
    expect(timeOf(200)).toBeLessThan(1_000 * few)
  })
})

describe('text that means something in a regular expression', () => {
  const hostile = ['.+', '(a+)+$', 'a|members', '[a-z]+.read', 'members.(read)', 'm?embers.read', '^members.read$']

  it.each(hostile)('is refused as a scope: %s (SCOPE-15)', (text) => {
    expect(parseScope(text).ok).toBe(false)
    expect(covers([text], 'members.read')).toBe(false)
  })

  it('is taken literally in a scope: a dot is a dot, and a dash no range (SCOPE-15)', () => {
    expect(covers(['members.read'], 'membersxread')).toBe(false)
    expect(covers(['a-z.read'], 'b.read')).toBe(false)
    expect(meet(['a-z.*'], ['*.read'])).toEqual(['a-z.read'])
  })

  it('is never compiled into a regular expression (SCOPE-15)', () => {
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
