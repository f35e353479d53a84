import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { covers } from '../../src/scope/covers.js'
import { isSubset } from '../../src/scope/is-subset.js'
import { join } from '../../src/scope/join.js'
import { meet } from '../../src/scope/meet.js'
import { normalize } from '../../src/scope/normalize.js'
import { pattern, scope, scopeSet } from './arbitraries.js'
import { grow, language } from './oracle.js'

const numRuns = 2_000

describe('covers', () => {
  it('agrees with the definition for each word of the world (S1-S38)', () => {
    fc.assert(
      fc.property(scopeSet, scope, (granted, required) => {
        expect(covers(granted, required)).toBe((language(granted) & language([required])) !== 0n)
      }),
      { numRuns },
    )
  })
})

describe('meet and join', () => {
  it('are "and" and "or" (SCOPE-1)', () => {
    fc.assert(
      fc.property(scopeSet, scopeSet, scope, (a, b, word) => {
        expect(covers(meet(a, b), word)).toBe(covers(a, word) && covers(b, word))
        expect(covers(join(a, b), word)).toBe(covers(a, word) || covers(b, word))
      }),
      { numRuns },
    )
  })

  it('are intersection and union over the whole world (SCOPE-1)', () => {
    fc.assert(
      fc.property(scopeSet, scopeSet, (a, b) => {
        expect(language(meet(a, b))).toBe(language(a) & language(b))
        expect(language(join(a, b))).toBe(language(a) | language(b))
      }),
      { numRuns },
    )
  })

  it('return normal forms (SCOPE-3)', () => {
    fc.assert(
      fc.property(scopeSet, scopeSet, (a, b) => {
        for (const result of [meet(a, b), join(a, b)]) expect(result).toEqual(normalize(result))
      }),
      { numRuns },
    )
  })

  it.each([
    ['meet', meet],
    ['join', join],
  ])('are idempotent, commutative and associative: %s (SCOPE-2)', (_, op) => {
    fc.assert(
      fc.property(scopeSet, scopeSet, scopeSet, (a, b, c) => {
        expect(op(a, a)).toEqual(normalize(a))
        expect(op(a, b)).toEqual(op(b, a))
        expect(op(op(a, b), c)).toEqual(op(a, op(b, c)))
      }),
      { numRuns },
    )
  })

  it('absorb each other, and each distributes over the other (SCOPE-2)', () => {
    fc.assert(
      fc.property(scopeSet, scopeSet, scopeSet, (a, b, c) => {
        expect(meet(a, join(a, b))).toEqual(normalize(a))
        expect(join(a, meet(a, b))).toEqual(normalize(a))
        expect(meet(a, join(b, c))).toEqual(join(meet(a, b), meet(a, c)))
        expect(join(a, meet(b, c))).toEqual(meet(join(a, b), join(a, c)))
      }),
      { numRuns },
    )
  })

  it('have [] as bottom and ["*"] as top (SCOPE-2)', () => {
    fc.assert(
      fc.property(scopeSet, (a) => {
        expect([meet(a, []), join(a, [])]).toEqual([[], normalize(a)])
        expect([meet(a, ['*']), join(a, ['*'])]).toEqual([normalize(a), ['*']])
      }),
      { numRuns },
    )
  })

  it('never shrink when a scope is added, for there is no deny (SCOPE-12)', () => {
    fc.assert(
      fc.property(scopeSet, scopeSet, pattern, (a, b, more) => {
        const wider = [...a, more]
        expect(isSubset(join(a, b), join(wider, b))).toBe(true)
        expect(isSubset(meet(a, b), meet(wider, b))).toBe(true)
      }),
      { numRuns },
    )
  })
})

describe('normalize', () => {
  it('keeps the language, and is idempotent (SCOPE-3)', () => {
    fc.assert(
      fc.property(scopeSet, (a) => {
        const normal = normalize(a)
        expect(language(normal)).toBe(language(a))
        expect(normalize(normal)).toEqual(normal)
      }),
      { numRuns },
    )
  })

  it('does not depend on order, duplicates or covered patterns (SCOPE-3)', () => {
    const respelt = scopeSet.chain((a) => {
      const within = a.map((one) => one.replace('*', 'a')) // the same, or narrower
      return fc.tuple(
        fc.constant(a),
        fc.shuffledSubarray([...a, ...a, ...within]).map((extra) => [...extra, ...a]),
      )
    })
    fc.assert(
      fc.property(respelt, ([a, b]) => {
        expect(normalize(b)).toEqual(normalize(a))
      }),
      { numRuns },
    )
  })

  it('is canonical for random sets: same language, same normal form (SCOPE-3)', () => {
    fc.assert(
      fc.property(scopeSet, scopeSet, (a, b) => {
        expect(normalize(a).join() === normalize(b).join()).toBe(language(a) === language(b))
      }),
      { numRuns },
    )
  })

  it('is canonical for every set of patterns of up to three segments over one name (SCOPE-3)', () => {
    const patterns = grow(['a', '*'], 3)
    const normalForms = new Map<bigint, string>()
    const seen = new Set<string>()
    for (let choice = 0; choice < 2 ** patterns.length; choice += 1) {
      const chosen = patterns.filter((_, index) => choice & (1 << index))
      const normal = normalize(chosen).join()
      const words = language(chosen)
      if (normalForms.has(words) && normalForms.get(words) !== normal) expect(normal).toBe(normalForms.get(words))
      normalForms.set(words, normal)
      seen.add(normal)
    }
    expect(seen.size).toBe(normalForms.size)
    expect(seen.size).toBeGreaterThan(100)
  })
})

describe('isSubset', () => {
  it('is the order of the lattice (SCOPE-4)', () => {
    fc.assert(
      fc.property(scopeSet, scopeSet, (x, y) => {
        for (const [a, b] of [
          [x, y],
          [meet(x, y), y],
        ] as const) {
          // the second pair is always in order
          const within = isSubset(a, b)
          expect(within).toBe(language(a) === (language(a) & language(b)))
          expect(join(a, b).join() === normalize(b).join()).toBe(within)
          expect(meet(a, b).join() === normalize(a).join()).toBe(within)
        }
      }),
      { numRuns },
    )
  })

  it('agrees with meet and the definition on every pair of patterns of up to three segments (SCOPE-1, SCOPE-4)', () => {
    const patterns = grow(['a', 'b', '*'], 3)
    const wrong = patterns.flatMap((a) =>
      patterns
        .filter((b) => {
          const common = language([a]) & language([b])
          return isSubset([a], [b]) !== (common === language([a])) || language(meet([a], [b])) !== common
        })
        .map((b) => [a, b]),
    )
    expect(wrong).toEqual([])
  })
})
