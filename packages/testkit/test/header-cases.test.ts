import { expect, it } from 'vitest'
import vectors from '../../core/test/vectors/headers.json' with { type: 'json' }
import { headerCases } from '../src/gate/header-cases.js'

it('headerCases holds the 89 cases of the test vectors, word for word', () => {
  const rows = vectors.map((row) => [
    row.n,
    row.name,
    row.fields,
    row.url,
    'why' in row ? [row.verdict, row.why] : row.verdict,
  ])
  const wanted = rows.map((row) =>
    row.map((cell) => (Array.isArray(cell) && cell[0] === 'invalid_request' ? cell[1] : cell)),
  )
  const told = wanted.map((row) =>
    row.map((cell) => (Array.isArray(cell) && cell[0] === 'invalid_token' ? cell[0] : cell)),
  )
  expect(headerCases).toEqual(told)
  expect(headerCases).toHaveLength(89)
})
