import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvalidInput } from '../../src/errors/input-errors.js'
import { close } from '../../src/scope/close.js'
import { covers } from '../../src/scope/covers.js'
import { isSubset } from '../../src/scope/is-subset.js'
import { join } from '../../src/scope/join.js'
import { meet } from '../../src/scope/meet.js'
import { normalize } from '../../src/scope/normalize.js'
import { type ParsedScope, parseScope, readPatterns } from '../../src/scope/parse-scope.js'
import { patternTree } from '../../src/scope/pattern-tree.js'
import { pattern, scope } from './arbitraries.js'
import { admits } from './oracle.js'

const numbered = (count: number) => Array.from({ length: count }, (_, at) => `s${at}`)

describe('a wrong set of scopes', () => {
  const pair = 'a scope such as members.read, or a pattern such as members.*'
  const list = 'a list of at most 2000 scopes'
  const table = 'an object with a list of scopes for each scope, without wildcards'
  const short = 'short enough for a result of at most 2000 scopes'
  const tooMany = 'The result has more than 2000 scopes: shorten b.'
  it.each<[string, () => unknown, string, string, string?]>([
    ['that is no list', () => normalize('a' as never), 'scopes', list],
    ['with a malformed pattern', () => isSubset(['a', 'A'], ['*']), 'a[1]', pair],
    ['with 2,001 patterns', () => isSubset([], numbered(2_001)), 'b', list],
    ['with too many in common', () => join(numbered(2_000), ['x']), 'b', short, tooMany],
    ['that is no scope', () => covers(['*'], 'a.*'), 'required', 'one scope such as members.read, without wildcards'],
    ['that is a text as table', () => close(['a'], 'a' as never), 'implies', table],
    ['that has a wildcard as table', () => close(['a'], { a: ['*'] }), 'implies', table],
  ])('%s is refused by a message that says what it must be', (_, run, field, expected, message) => {
    const whole = message ?? `${field} must be ${expected}.`
    expect(run).toThrow(InvalidInput)
    expect(run).toThrow(expect.objectContaining({ field, expected, message: whole }))
  })

  it('may have 2,000 patterns, as input and as result', () => {
    expect(normalize(numbered(2_000))).toHaveLength(2_000)
    expect(join(numbered(1_999), ['x'])).toHaveLength(2_000)
    expect(meet(numbered(2_000), ['*'])).toHaveLength(2_000)
  })
})

describe('meet', () => {
  it('leaves out a pattern that would be longer than any scope', () => {
    const [a, b] = ['a'.repeat(64), 'b'.repeat(64)]
    expect(meet([`${a}.${a}.${a}.*`], [`*.*.*.${b}.${b}`])).toEqual([])
    expect(meet([`${a}.*`], [`*.${b}`])).toEqual([`${a}.${b}`])
  })
})

describe('patternTree.matchSome', () => {
  const tree = (scopes: readonly string[]) => patternTree(readPatterns(scopes))
  const segmentsOf = (text: string) => (parseScope(text) as ParsedScope).segments // all of these are patterns

  it('tells whether a pattern matches a scope of the set', () => {
    fc.assert(
      fc.property(fc.array(scope, { maxLength: 5 }), pattern, (scopes, asked) => {
        expect(tree(scopes).matchSome(segmentsOf(asked))).toBe(scopes.some((each) => admits(asked, each)))
      }),
      { numRuns: 1_000 },
    )
  })

  it.each([
    ['a', true],
    ['a.b', true],
    ['a.b.c', false],
    ['b', false],
    ['*', true],
    ['a.*', true],
    ['a.b.*', false],
    ['*.b', true],
    ['*.c', false],
    ['*.*', true],
    ['*.*.*', false],
  ])('%s, of a and a.b: %s', (asked, expected) => {
    expect(tree(['a', 'a.b']).matchSome(segmentsOf(asked))).toBe(expected)
  })

  it('finds nothing in an empty set', () => {
    expect(tree([]).matchSome(['*'])).toBe(false)
    expect(tree([]).covers(['*'])).toBe(false)
  })
})

describe('patternTree.covers', () => {
  it('leaves out the one pattern that does not count', () => {
    const set = patternTree(readPatterns(['a.*', 'a.b']))
    expect([set.covers(['a', 'b'], 'a.b'), set.covers(['a', 'b'], 'a.*')]).toEqual([true, true])
    expect([set.covers(['a', '*'], 'a.*'), set.covers(['a', '*'])]).toEqual([false, true])
    expect(patternTree(readPatterns(['a.b'])).covers(['a', 'b'], 'a.b')).toBe(false)
  })
})
