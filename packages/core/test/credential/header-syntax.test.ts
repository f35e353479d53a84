import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  fieldEntries,
  fieldValues,
  isB64token,
  isForwardingField,
  isHttpToken,
  trimOws,
} from '../../src/credential/header-syntax.js'

const numRuns = 1_000
/** The signs that a grammar tells apart, and some that it does not know. */
const text = fc.string({ unit: fc.constantFrom(...'aZ09-._~+/=!#$%&\'*^`|"(),;:@[] \t\n\r\u00a0é'), maxLength: 6 })

describe('a field value', () => {
  it('is trimmed of spaces and tabs, and of nothing else', () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(trimOws(value)).toBe(value.replace(/^[ \t]+/, '').replace(/[ \t]+$/, ''))
      }),
      { numRuns },
    )
  })

  it.each([
    ['', ''],
    [' ', ''],
    ['\t \t', ''],
    [' a b\t', 'a b'],
    ['\na\u00a0', '\na\u00a0'],
  ])('%j becomes %j', (value, expected) => {
    expect(trimOws(value)).toBe(expected)
  })
})

describe('isHttpToken (RFC 9110 §5.6.2)', () => {
  it('accepts what the grammar accepts', () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(isHttpToken(value)).toBe(
          value !== '' && [...value].every((sign) => /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(sign)),
        )
      }),
      { numRuns },
    )
  })

  it.each([
    ['', false],
    ['Bearer', true],
    ['a b', false],
    [' a', false],
    ['a,', false],
  ])('%j: %s', (value, expected) => {
    expect(isHttpToken(value)).toBe(expected)
  })
})

describe('isB64token (RFC 6750 §2.1)', () => {
  it('accepts what the grammar accepts', () => {
    fc.assert(
      fc.property(text, (value) => {
        const end = value.replace(/=+$/, '')
        expect(isB64token(value)).toBe(end !== '' && [...end].every((sign) => /[0-9A-Za-z\-._~+/]/.test(sign)))
      }),
      { numRuns },
    )
  })

  it.each([
    ['', false],
    ['=', false],
    ['a', true],
    ['a==', true],
    ['a=b', false],
    ['=a', false],
    ['a:b', false],
  ])('%j: %s', (value, expected) => {
    expect(isB64token(value)).toBe(expected)
  })
})

describe('the lines of a field', () => {
  const fields = [
    ['X-Tag', ' a, b '],
    ['x-tab', 'no'],
    ['x-tag', 'c'],
    ['x-tags', 'no'],
    ['X-TAG', ',\td'],
  ] as const

  it('are its values, in their order', () => {
    expect(fieldValues(fields, 'x-tag')).toEqual(['a, b', 'c', ',\td'])
    expect(fieldValues(fields, 'x-none')).toEqual([])
  })

  it('are a list together', () => {
    expect(fieldEntries(fields, 'x-tag')).toEqual(['a', 'b', 'c', '', 'd'])
  })
})

describe('isForwardingField', () => {
  it.each(['x-forwarded-', 'X-Forwarded-For', 'forwarded', 'Via', 'x-real-ip'])('is true of %s', (name) => {
    expect(isForwardingField(name)).toBe(true)
  })

  it.each(['x-forwarded', 'a-x-forwarded-for', 'forwarded-by', 'via-x', 'my-via', 'x-real-ip2', 'x-api-key', ''])(
    'is false of %j',
    (name) => {
      expect(isForwardingField(name)).toBe(false)
    },
  )
})
