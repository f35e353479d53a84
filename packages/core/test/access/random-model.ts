import fc from 'fast-check'
import type { Access } from '../../src/access/access.js'
import { defineAccess } from '../../src/access/define-access.js'

const segment = fc.constantFrom('a', 'b', 'c')
const patternSegment = fc.constantFrom('a', 'b', 'c', '*')

/** A small scope: short enough that two of them often meet. */
const scope = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'))

/** Scope sets as a store may hold them: wildcards, and names that the catalogue never had. */
export const patterns: fc.Arbitrary<string[]> = fc.array(
  fc.array(patternSegment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.')),
  { maxLength: 4 },
)

/** A catalogue with implications that run one way, none of them sensitive unless asked for. */
export function model(options: { sensitive: boolean }): fc.Arbitrary<Access> {
  const names = fc.uniqueArray(fc.tuple(scope, options.sensitive ? fc.boolean() : fc.constant(false)), {
    minLength: 1,
    maxLength: 8,
    selector: ([name]) => name,
  })
  return names.chain((entries) => {
    const forward = fc.tuple(...entries.map((_, from) => fc.subarray(entries.slice(from + 1).map(([name]) => name))))
    return forward.map((targets) =>
      defineAccess({
        scopes: Object.fromEntries(entries.map(([name, sensitive]) => [name, { description: name, sensitive }])),
        implies: Object.fromEntries(entries.map(([name], from) => [name, targets[from] ?? []])),
      }),
    )
  })
}
