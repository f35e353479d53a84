import { describe, expect, it } from 'vitest'
import { InvalidInput } from '../../src/errors/input-errors.js'
import { cap } from '../../src/scope/cap.js'
import { covers } from '../../src/scope/covers.js'
import { isSubset } from '../../src/scope/is-subset.js'
import { join } from '../../src/scope/join.js'
import { meet } from '../../src/scope/meet.js'
import { normalize } from '../../src/scope/normalize.js'
import { parseScope } from '../../src/scope/parse-scope.js'

import rows from '../vectors/scopes.json' with { type: 'json' }

type Row = (typeof rows)[number]

const table = rows.map((row): [string, Row] => [`S${row.n}: ${row.kind} ${operands(row)} = ${row.expect}`, row])

function operands({ n, kind, expect, implies, ...rest }: Row): string {
  return Object.values(rest)
    .map((value) => JSON.stringify(value))
    .join(' ')
}

describe('the truth table', () => {
  it('has 122 rows', () => {
    expect(rows.map((row) => row.n)).toEqual(Array.from({ length: 122 }, (_, index) => index + 1))
  })

  it.each(table)('%s', (_, row) => {
    expect(answer(row)).toEqual(row.expect)
  })
})

function answer(row: Row): unknown {
  const { a = [], b = [] } = row
  switch (row.kind) {
    case 'covers':
      return covers(given(row.granted), given(row.required)) ? 'ALLOW' : 'deny'
    case 'parse':
      return parseScope(given(row.scope)).ok ? 'accept' : 'REJECT'
    case 'required':
      expect(() => covers(['*'], given(row.required))).toThrow(InvalidInput)
      return row.expect
    case 'normalize':
      return normalize(given(row.in))
    case 'meet':
      return meet(a, b)
    case 'join':
      return join(a, b)
    case 'leq':
      return isSubset(a, b)
    case 'cap':
      return cap(given(row.user), given(row.key), given(row.implies))
    default:
      return `no such kind: ${row.kind}`
  }
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The row lacks an operand')
  return value
}
