import fc from 'fast-check'
import { names } from './oracle.js'

const dotted = (segment: fc.Arbitrary<string>) =>
  fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('.'))

/** A pattern over the oracle's alphabet. */
export const pattern: fc.Arbitrary<string> = dotted(fc.constantFrom(...names, '*', '*'))

/** A scope over the oracle's alphabet, `x` being a name that no pattern has. */
export const scope: fc.Arbitrary<string> = dotted(fc.constantFrom(...names, 'x'))

export const scopeSet: fc.Arbitrary<string[]> = fc.array(pattern, { maxLength: 5 })

/** Implications among scopes of few names: chains and cycles are common. */
export const implications: fc.Arbitrary<Record<string, string[]>> = fc.dictionary(
  fc.constantFrom('a', 'b', 'c', 'a.a', 'a.b', 'b.a', 'b.b', 'c.a.b'),
  fc.array(fc.constantFrom('a', 'b', 'c', 'a.a', 'a.b', 'b.a', 'b.b', 'c.a.b'), { maxLength: 3 }),
)
