import { InvalidOptions } from '@keywright/core'
import { createPool } from 'mysql2'
import pg from 'pg'
import { describe, expect, it, vi } from 'vitest'
import { mysqlPool, postgresPool } from '../src/index.js'

// test/faults tests over real connections what pools do when these fail.
describe.each([
  ['postgresPool', (options: object) => postgresPool(new pg.Pool(), options)],
  ['mysqlPool', (options: object) => mysqlPool(createPool({}), options)],
])('%s', (_, make) => {
  it.each([0, 99, 600_001, 500.5, Number.NaN, '5000', null])('rejects %j as answerTimeoutMs', (answerTimeoutMs) => {
    expect(() => make({ answerTimeoutMs })).toThrow(
      new InvalidOptions('answerTimeoutMs', 'whole milliseconds from 100 to 600000'),
    )
  })

  it.each([undefined, 100, 600_000])('accepts %j as answerTimeoutMs', (answerTimeoutMs) => {
    expect(make({ answerTimeoutMs })).toBeDefined()
  })
})

describe('options that are not known, or not what they must be', () => {
  const pool = { connect: vi.fn(), getConnection: vi.fn(), on: vi.fn(), end: vi.fn() }

  it.each<[string, unknown, string]>([
    ['a misspelt time', { answerTimoutMs: 100 }, 'Unknown option answerTimoutMs. Did you mean answerTimeoutMs?'],
    ['a misspelt prepare', { prepared: true }, 'Unknown option prepared. Did you mean prepare?'],
    ['null', null, 'Option options must be an object with some of: answerTimeoutMs, prepare.'],
    ['a number', 100, 'Option options must be an object with some of: answerTimeoutMs, prepare.'],
    ['a text as prepare', { prepare: 'true' }, 'Option prepare must be a boolean.'],
  ])('postgresPool refuses %s, and does not touch the pool', (_, options, message) => {
    // @ts-expect-error wrong on purpose
    expect(() => postgresPool(pool, options)).toThrow(expect.objectContaining({ code: 'invalid_options', message }))
    for (const method of Object.values(pool)) expect(method).not.toHaveBeenCalled()
  })

  it.each([null, undefined, {}, { pool: {} }, 'mysql://'])('mysqlPool refuses %j as a pool', (given) => {
    // @ts-expect-error wrong on purpose
    expect(() => mysqlPool(given)).toThrow(new InvalidOptions('pool', 'a pool of mysql2'))
  })

  it.each<[string, unknown, string]>([
    ['a misspelt time', { answerTimoutMs: 100 }, 'Unknown option answerTimoutMs. Did you mean answerTimeoutMs?'],
    ['an option of postgresPool', { prepare: true }, 'Unknown option prepare. There are: answerTimeoutMs.'],
    ['null', null, 'Option options must be an object with some of: answerTimeoutMs.'],
    ['a number', 100, 'Option options must be an object with some of: answerTimeoutMs.'],
  ])('mysqlPool refuses %s, and does not touch the pool', (_, options, message) => {
    // @ts-expect-error wrong on purpose
    expect(() => mysqlPool(pool, options)).toThrow(expect.objectContaining({ code: 'invalid_options', message }))
    for (const method of Object.values(pool)) expect(method).not.toHaveBeenCalled()
  })
})
