import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvalidInput } from '../../src/errors/input-errors.js'
import { cap } from '../../src/scope/cap.js'
import { close } from '../../src/scope/close.js'
import { covers } from '../../src/scope/covers.js'
import { isSubset } from '../../src/scope/is-subset.js'
import { join } from '../../src/scope/join.js'
import { meet } from '../../src/scope/meet.js'
import { normalize } from '../../src/scope/normalize.js'

import { implications, pattern, scopeSet } from './arbitraries.js'
import { naiveClosure } from './naive.js'
import { language } from './oracle.js'

const numRuns = 2_000

describe('close', () => {
  it('adds all implied scopes, and nothing else (SCOPE-5)', () => {
    fc.assert(
      fc.property(scopeSet, implications, (a, implies) => {
        expect(language(close(a, implies))).toBe(language(naiveClosure(a, implies)))
      }),
      { numRuns },
    )
  })

  it('is extensive, monotone and idempotent, with cycles or without (SCOPE-5)', () => {
    fc.assert(
      fc.property(scopeSet, scopeSet, implications, (a, b, implies) => {
        const closed = close(a, implies)
        expect(isSubset(a, closed)).toBe(true)
        expect(isSubset(closed, close(join(a, b), implies))).toBe(true)
        expect(close(closed, implies)).toEqual(closed)
      }),
      { numRuns },
    )
  })

  it('follows a long chain, and goes around a cycle once (SCOPE-5)', () => {
    const chain = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`s${at}`, [`s${(at + 1) % 1_000}`]]))
    expect(close(['s7'], chain)).toHaveLength(1_000)
  })

  it('reads own properties of the table only (SCOPE-16)', () => {
    expect(close(['constructor', 'valueof'], {})).toEqual(['constructor', 'valueof'])
    expect(close(['a'], Object.create({ a: ['b'] }))).toEqual(['a'])
    expect(close(['constructor'], { constructor: ['a'] })).toEqual(['a', 'constructor'])
  })

  it.each<[string, unknown]>([
    ['a wildcard that implies', { 'boards.*': ['boards.read'] }],
    ['an implied wildcard', { 'boards.edit': ['boards.*'] }],
    ['a malformed scope', { 'Boards.edit': ['boards.read'] }],
    ['a malformed implied scope', { 'boards.edit': ['boards..read'] }],
    ['no list', { 'boards.edit': 'boards.read' }],
    ['a hole', { 'boards.edit': [undefined] }],
    ['null', null],
    ['nothing', undefined],
  ])('refuses %s in the table (SCOPE-5)', (_, implies) => {
    const table = implies as Record<string, string[]> // what configuration written in JavaScript may hold
    for (const run of [() => close(['boards.edit'], table), () => cap(['boards.edit'], ['*'], table)]) {
      expect(run).toThrow(InvalidInput)
      expect(run).toThrow(expect.objectContaining({ field: 'implies' }))
    }
  })
})

describe('cap', () => {
  it('is the meet of both closed sets, is closed, and is symmetric (SCOPE-6)', () => {
    fc.assert(
      fc.property(scopeSet, scopeSet, implications, (user, key, implies) => {
        const capped = cap(user, key, implies)
        expect(language(capped)).toBe(language(naiveClosure(user, implies)) & language(naiveClosure(key, implies)))
        expect(isSubset(capped, close(user, implies))).toBe(true)
        expect(isSubset(capped, close(key, implies))).toBe(true)
        expect(close(capped, implies)).toEqual(capped)
        expect(cap(key, user, implies)).toEqual(capped)
      }),
      { numRuns },
    )
  })

  it('never shrinks when either side is given more (SCOPE-6)', () => {
    fc.assert(
      fc.property(scopeSet, scopeSet, pattern, implications, (user, key, more, implies) => {
        const capped = cap(user, key, implies)
        expect(isSubset(capped, cap([...user, more], key, implies))).toBe(true)
        expect(isSubset(capped, cap(user, [...key, more], implies))).toBe(true)
      }),
      { numRuns },
    )
  })

  it('of "*" and a user is the closed user, and of nothing is nothing (SCOPE-6, SCOPE-10)', () => {
    fc.assert(
      fc.property(scopeSet, implications, (user, implies) => {
        expect(cap(user, ['*'], implies)).toEqual(close(user, implies))
        expect(cap(user, [], implies)).toEqual([])
      }),
      { numRuns },
    )
  })

  it('never has less than the naive order of steps, and more where rights meet by implication (SCOPE-7)', () => {
    const implies = { 'boards.edit': ['boards.read'] }
    expect(close(meet(['boards.edit'], ['boards.read']), implies)).toEqual([])
    expect(cap(['boards.edit'], ['boards.read'], implies)).toEqual(['boards.read'])
    fc.assert(
      fc.property(scopeSet, scopeSet, implications, (user, key, table) => {
        expect(isSubset(close(meet(user, key), table), cap(user, key, table))).toBe(true)
      }),
      { numRuns },
    )
  })

  it('is meet in a model without implications (SCOPE-6)', () => {
    fc.assert(
      fc.property(scopeSet, scopeSet, (user, key) => {
        expect(cap(user, key, {})).toEqual(meet(user, key))
        expect(close(user, {})).toEqual(normalize(user))
      }),
      { numRuns },
    )
  })

  it('allows exactly the scopes that both closed sets allow (SCOPE-7)', () => {
    const implies = { 'a.manage': ['a.read', 'a.edit'], 'a.edit': ['a.read'] }
    const levels = ['a.read', 'a.edit', 'a.manage']
    for (const [user, mine] of levels.entries()) {
      for (const [key, its] of levels.entries()) {
        const allowed = levels.filter((scope) => covers(cap([mine], [its], implies), scope))
        expect(allowed).toEqual(levels.slice(0, Math.min(user, key) + 1))
      }
    }
  })
})
