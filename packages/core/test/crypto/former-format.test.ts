import { describe, expect, it } from 'vitest'
import { isEnvironment, readFormerly, readSecretLength } from '../../src/crypto/former-format.js'
import { InvalidInput, InvalidOptions } from '../../src/errors/input-errors.js'

const read = (value: unknown) => readFormerly(value, 32, InvalidOptions)

describe('readFormerly (TOK-17)', () => {
  it('reads each format, with the secret length of today where it says none', () => {
    expect(
      read([{ prefix: 'old' }, { prefix: 'tk', environment: 'prod', secretLength: 40, belongsTo: 'live' }]),
    ).toEqual([
      { at: 'formerly[0]', namespace: 'old', environment: null, secretLength: 32, belongsTo: undefined },
      { at: 'formerly[1]', namespace: 'tk_prod', environment: 'prod', secretLength: 40, belongsTo: 'live' },
    ])
  })

  it('of nothing is nothing', () => {
    expect(read(undefined)).toEqual([])
  })

  const list = 'a list of formats such as { prefix, environment }'
  const environment = 'the name of an environment such as live'
  const prefix = 'letters and digits such as tk, at most 40 with the environment'
  it.each<[string, unknown, string, string]>([
    ['no list', { prefix: 'old' }, 'formerly', list],
    ['null', null, 'formerly', list],
    ['a text', ['old'], 'formerly[0]', 'an object with some of: prefix, environment, secretLength, belongsTo'],
    ['a gap', new Array(1), 'formerly[0]', 'an object with some of: prefix, environment, secretLength, belongsTo'],
    ['a misspelt field', [{ prefix: 'old', enviroment: 'x' }], 'formerly[0].enviroment', 'left out: it is unknown'],
    [
      'an environment that is no name',
      [{ prefix: 'a' }, { prefix: 'old', environment: 'Live' }],
      'formerly[1].environment',
      environment,
    ],
    ['an environment that is no text', [{ prefix: 'old', environment: 7 }], 'formerly[0].environment', environment],
    ['no prefix', [{}], 'formerly[0].prefix', prefix],
    ['no prefix before an environment', [{ environment: 'live' }], 'formerly[0].prefix', prefix],
    ['a prefix that is no text', [{ prefix: 7, environment: 'live' }], 'formerly[0].prefix', prefix],
    ['a prefix with other signs', [{ prefix: 'Old' }], 'formerly[0].prefix', prefix],
    ['a prefix that is too long', [{ prefix: 'a'.repeat(36), environment: 'live' }], 'formerly[0].prefix', prefix],
    [
      'a short secret',
      [{ prefix: 'old', secretLength: 21 }],
      'formerly[0].secretLength',
      'a whole number from 22 to 64',
    ],
    [
      'a long secret',
      [{ prefix: 'old', secretLength: 65 }],
      'formerly[0].secretLength',
      'a whole number from 22 to 64',
    ],
  ])('refuses %s', (_, value, field, expected) => {
    expect(() => read(value)).toThrow(expect.objectContaining({ code: 'invalid_options', field, expected }))
  })

  it('refuses with the error that it is given', () => {
    for (const value of [null, [7], [{ prefix: '' }], [{ prefix: 'old', secretLength: 1 }]])
      expect(() => readFormerly(value, 32, InvalidInput)).toThrow(InvalidInput)
  })
})

describe('readSecretLength', () => {
  it.each([22, 32, 64])('accepts %i', (length) => {
    expect(readSecretLength(length, 'secretLength')).toBe(length)
  })

  it('names an option, unless it is given another error', () => {
    expect(() => readSecretLength(65, 'secretLength')).toThrow(InvalidOptions)
    expect(() => readSecretLength(65, 'secretLength', InvalidInput)).toThrow(InvalidInput)
  })
})

describe('isEnvironment', () => {
  it.each(['live', 'a', '0', 'a'.repeat(16)])('accepts %s', (name) => {
    expect(isEnvironment(name)).toBe(true)
  })

  it.each(['', 'Live', '-live', 'live_eu', 'live\n', 'a'.repeat(17), 7, null, undefined, ['live']])(
    'refuses %j',
    (name) => {
      expect(isEnvironment(name)).toBe(false)
    },
  )
})
