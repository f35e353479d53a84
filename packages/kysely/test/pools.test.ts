import { createPool } from 'mysql2'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { mysqlPool, postgresPool } from '../src/index.js'

// What pools do when connections fail is tested over real ones, in test/faults.
describe.each([
  ['postgresPool', (options: object) => postgresPool(new pg.Pool(), options)],
  ['mysqlPool', (options: object) => mysqlPool(createPool({}), options)],
])('%s', (_, make) => {
  it.each([0, 99, 600_001, 500.5, Number.NaN, '5000', null])('refuses %j as answerTimeoutMs', (answerTimeoutMs) => {
    expect(() => make({ answerTimeoutMs })).toThrow(
      new TypeError('answerTimeoutMs: expected whole milliseconds from 100 to 600000'),
    )
  })

  it.each([undefined, 100, 600_000])('takes %j', (answerTimeoutMs) => {
    expect(make({ answerTimeoutMs })).toBeDefined()
  })
})
