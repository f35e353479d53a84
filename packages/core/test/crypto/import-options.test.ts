import { describe, expect, it } from 'vitest'
import { readImports } from '../../src/crypto/import-options.js'
import { sha256 } from '../../src/crypto/sha256.js'
import { InvalidOptions } from '../../src/errors/input-errors.js'

const slowHasher = sha256() // any hasher will do

describe('readImports', () => {
  it('reads what is set, and what is not', () => {
    expect(readImports(undefined, true)).toBeNull()
    expect(readImports({}, false)).toEqual({ salt: '', slowHasher: null })
    expect(readImports({ keypalSalt: undefined, slowHasher: undefined }, false)).toEqual({ salt: '', slowHasher: null })
    expect(readImports({ keypalSalt: 'pepper', slowHasher }, true)).toEqual({ salt: 'pepper', slowHasher })
  })

  const text = 'a text'
  const hasher = 'a hasher such as argon2id()'
  it.each<[string, unknown, string, string]>([
    ['null', null, 'imports', '{ keypalSalt, slowHasher }'],
    ['true', true, 'imports', '{ keypalSalt, slowHasher }'],
    ['a misspelt field', { keypalSlat: '' }, 'imports.keypalSlat', 'left out: it is unknown'],
    ['a salt that is no text', { keypalSalt: 7 }, 'imports.keypalSalt', text],
    ['a salt that is null', { keypalSalt: null }, 'imports.keypalSalt', text],
    ['a hasher that is none', { slowHasher: {} }, 'imports.slowHasher', hasher],
    ['a function as hasher', { slowHasher: () => true }, 'imports.slowHasher', hasher],
    ['a text as hasher', { slowHasher: 'argon2id' }, 'imports.slowHasher', hasher],
    ['a field verify that is no function', { slowHasher: { verify: true } }, 'imports.slowHasher', hasher],
  ])('refuses %s', (_, imports, field, expected) => {
    expect(() => readImports(imports, true)).toThrow(
      expect.objectContaining({ field, expected, message: expect.stringContaining(field) }),
    )
  })

  it('refuses a slow hasher where guesses are not counted', () => {
    const fault = new InvalidOptions(
      'failureLimit',
      '{ limit, windowMs }',
      'Option imports.slowHasher needs failureLimit: secrets of less than 112 bits can be guessed by who may try without end.',
    )
    expect(() => readImports({ slowHasher }, false)).toThrow(fault)
    expect(() => readImports({ slowHasher }, false)).toThrow(expect.objectContaining({ ...fault }))
  })
})
