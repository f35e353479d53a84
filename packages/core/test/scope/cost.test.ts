import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { testsEverything } from '../../../../test/support/everything.js'
import { cap } from '../../src/scope/cap.js'
import { close } from '../../src/scope/close.js'
import { covers } from '../../src/scope/covers.js'
import { isSubset } from '../../src/scope/is-subset.js'
import { join } from '../../src/scope/join.js'
import { meet } from '../../src/scope/meet.js'
import { normalize } from '../../src/scope/normalize.js'
import { callsOf, countsCalls } from '../support/calls.js'
import { implications } from './arbitraries.js'
import { isWithin, naiveClosure, naiveMeet, naiveNormal, naiveSubset } from './naive.js'

const range = (count: number, textOf: (index: number) => string) => Array.from({ length: count }, (_, at) => textOf(at))

describe.runIf(countsCalls && testsEverything)('what comparing sets of scopes costs (SCOPE-19)', () => {
  const implies = (count: number) => {
    const names = range(count, (at) => `area${at}.read`)
    return Object.fromEntries(names.slice(1).map((name, at) => [names[at] ?? '', [name]]))
  }
  const sides: [string, (at: number) => string, (at: number) => string][] = [
    ['names', (at) => `area${at % 7}.thing${at}.read`, (at) => `area${at % 7}.thing${at + 50}.read`],
    ['wildcards', (at) => `area${at}.*`, (at) => `area${at + 50}.*`],
    ['a wildcard for each name', (at) => `area${at}.*`, (at) => `area${at}.thing.read`],
    ['wildcards that all match the same', (at) => `${'a.*.'.repeat(at % 4)}a.*`, (at) => `a.a.a.thing${at}`],
  ]
  const operations: [string, (a: readonly string[], b: readonly string[]) => unknown][] = [
    ['normalize', (a) => normalize(a)],
    ['join', join],
    ['meet', meet],
    ['isSubset', isSubset],
    ['covers', (a, b) => b.slice(0, 1).map((scope) => covers(a, scope.replaceAll('*', 'x')))],
    ['close', (a) => close(a, implies(a.length))],
    ['cap', (a, b) => cap(a, b, implies(a.length))],
  ]

  it.each(sides.flatMap(([kind, a, b]) => operations.map(([name, run]) => [name, kind, run, a, b] as const)))(
    '%s grows with the number of patterns, and not with the number of pairs: %s',
    async (_, __, run, a, b) => {
      const few = await callsOf(() => run(range(100, a), range(100, b)))
      const many = await callsOf(() => run(range(400, a), range(400, b)))
      expect(many).toBeLessThan(5 * few)
      expect(many).toBeLessThan(50_000) // 160,000 pairs
    },
  )
})

describe('the operations on sets, however they are computed, give what their definitions say (SCOPE-19)', () => {
  // More patterns, and longer ones, than a world could be listed for.
  const pattern = fc
    .array(fc.constantFrom('a', 'b', 'c', '*', '*'), { minLength: 1, maxLength: 7 })
    .map((segments) => segments.join('.'))
  const set = fc.array(pattern, { maxLength: 25 })
  const scope = fc
    .array(fc.constantFrom('a', 'b', 'c', 'x'), { minLength: 1, maxLength: 8 })
    .map((segments) => segments.join('.'))

  it('covers, normalize, join, meet and isSubset', () => {
    fc.assert(
      fc.property(set, set, scope, (a, b, required) => {
        expect(covers(a, required)).toBe(a.some((one) => isWithin(required, one)))
        expect(normalize(a)).toEqual(naiveNormal(a))
        expect(join(a, b)).toEqual(naiveNormal([...a, ...b]))
        expect(meet(a, b)).toEqual(naiveMeet(a, b))
        expect(isSubset(a, b)).toBe(naiveSubset(a, b))
        expect(isSubset(meet(a, b), b)).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  it('close and cap', () => {
    fc.assert(
      fc.property(set, set, implications, (a, b, implies) => {
        const [closedA, closedB] = [naiveClosure(a, implies), naiveClosure(b, implies)]
        expect(close(a, implies)).toEqual(naiveNormal(closedA))
        expect(cap(a, b, implies)).toEqual(naiveMeet(closedA, closedB))
      }),
      { numRuns: 1_000 },
    )
  })
})
