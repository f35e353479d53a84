import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ForeignFormat,
  importedDigest,
  importedKeyId,
  importedPartDigest,
  type PartFormat,
} from '../../src/crypto/import-digest.js'
import { lookupDigests } from '../../src/crypto/lookup-digest.js'
import { InvalidInput } from '../../src/errors/input-errors.js'

import vectors from '../vectors/crypto.json' with { type: 'json' }

const { token, ...foreign } = vectors.import
const hex = foreign.hex_sha256
const base64 = foreign.unkey_base64_sha256
const base64url = foreign.better_auth_base64url_sha256
const seamSecret = foreign.seam_token.split('_').at(-1) ?? ''

describe('an imported hash (TOK-15, section 2.2)', () => {
  it.each<[ForeignFormat, string, string, string?]>([
    ['better-auth', base64url, token],
    ['unkey', base64, token],
    ['sha256-base64', base64, token],
    ['sha256-base64', base64.replace('=', ''), token],
    ['sha256-hex', hex, token],
    ['sha256-hex', hex.toUpperCase(), token],
    ['keypal', hex, token],
    ['keypal', hex, token, 'pepper'], // a key from before the salt
    ['keypal', foreign.keypal_hex_sha256_salt_suffix_salt_pepper, token, 'pepper'],
    ['sha256-hex', foreign.seam_hex_sha256_long, seamSecret],
  ])('from %s, stored as %s, is found by its token', (format, stored, presented, salt) => {
    const lookup = lookupDigests(presented, salt)
    expect(lookup).toContain(importedDigest(stored, format))
  })

  it('is kept in one form, whatever its format', () => {
    expect(importedDigest(base64url, 'better-auth')).toBe(`sha256:${hex}`)
    expect(importedDigest(base64, 'unkey')).toBe(`sha256:${hex}`)
    expect(importedDigest(hex.toUpperCase(), 'keypal')).toBe(`sha256:${hex}`)
  })

  it('is found in each format, for any token and salt', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (presented, salt) => {
        const plain = createHash('sha256').update(presented).digest()
        const salted = createHash('sha256')
          .update(presented + salt)
          .digest()
        const lookup = lookupDigests(presented, salt)
        expect(lookup).toContain(importedDigest(plain.toString('base64url'), 'better-auth'))
        expect(lookup).toContain(importedDigest(plain.toString('base64'), 'unkey'))
        expect(lookup).toContain(importedDigest(plain.toString('hex'), 'sha256-hex'))
        expect(lookup).toContain(importedDigest(salted.toString('hex'), 'keypal'))
        const parts = (/^\d{1,20}\|./s.test(presented) ? 1 : 0) + (/._[^_]+$/s.test(presented) ? 1 : 0)
        expect(lookup).toHaveLength((salt === '' ? 1 : 2) + parts)
      }),
      { numRuns: 1_000 },
    )
  })

  it('is not found by another token or with another salt', () => {
    const salted = importedDigest(foreign.keypal_hex_sha256_salt_suffix_salt_pepper, 'keypal')
    expect(lookupDigests(`${token}x`)).not.toContain(importedDigest(hex, 'keypal'))
    expect(lookupDigests(token)).not.toContain(salted)
    expect(lookupDigests(token, 'salt')).not.toContain(salted)
  })

  it.each<[string, ForeignFormat]>([
    ['', 'sha256-hex'],
    [hex.slice(1), 'sha256-hex'],
    [`${hex}0`, 'sha256-hex'],
    [`${hex}\n`, 'sha256-hex'],
    [`A${hex.slice(1)}`, 'keypal'], // both cases at once
    [hex, 'unkey'],
    [hex, 'better-auth'],
    [base64, 'keypal'],
    [base64, 'better-auth'],
    [base64url, 'unkey'],
    [base64url, 'sha256-base64'],
    [`${base64url}=`, 'better-auth'],
    [`${base64}=`, 'unkey'],
    [base64.replace('Y=', 'Z='), 'unkey'], // bits that mean nothing
    [` ${base64}`, 'unkey'],
    [base64.slice(4), 'unkey'],
    [`AAAA${base64}`, 'sha256-base64'],
    [vectors.hash.argon2id, 'sha256-base64'],
  ])('%j is refused as %s, in an error that does not repeat it', (stored, format) => {
    expect(() => importedDigest(stored, format)).toThrow(InvalidInput)
    expect(() => importedDigest(stored, format)).toThrow(expect.objectContaining({ field: 'hash' }))
    expect(() => importedDigest(stored, format)).not.toThrow(/1be0|G.BhHMtP|argon2id/)
  })

  // As a JavaScript program would call it.
  it.each([hex, 'md5', 'constructor', '__proto__', undefined, null, [hex]] as ForeignFormat[])(
    'is refused of the format %j, in an error that does not repeat it',
    (format) => {
      expect(() => importedDigest(hex, format)).toThrow(/^secret\.format must be one of 'better-auth', .*'sanctum', /)
      expect(() => importedDigest(hex, format)).not.toThrow(hex)
    },
  )
})

describe('a token of which only the last part was hashed', () => {
  const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')

  it.each<[PartFormat, string, string]>([
    ['sanctum', '12|', 'abcDEF'],
    ['sanctum', `${'9'.repeat(20)}|`, 'a|b_c'],
    ['prefixed-api-key', 'acme_BRTRKFsL_', '51FwqftsmMDHHbJAMEXXHCgG'],
    ['prefixed-api-key', `${'a'.repeat(100)}_`, 'x'],
    ['prefixed-api-key', 'a-._~+/!#$%&*:@^_', 'x'],
  ])('is found by the whole token: %s, %s', (format, start, end) => {
    const digest = importedPartDigest(hashOf(end), format, start)
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(lookupDigests(start + end)).toContain(digest)
    expect(lookupDigests(`${start}${end}x`)).not.toContain(digest)
    expect(lookupDigests(`1${start}${end}`)).not.toContain(digest)
    expect(importedPartDigest(hashOf(end).toUpperCase(), format, start)).toBe(digest)
  })

  it.each([
    ['x', 1],
    ['12|', 1], // the part is empty
    ['12|x', 2],
    ['a12|x', 1],
    ['|x', 1],
    [`${'1'.repeat(21)}|x`, 1],
    ['_x', 1], // there is no start
    ['a_', 1],
    ['a_x', 2],
    ['1|a_x', 3],
  ])('is looked up in each way that fits: %s in %i', (token, ways) => {
    expect(new Set(lookupDigests(token)).size).toBe(ways)
    expect(lookupDigests(token)).toHaveLength(ways)
  })

  const before = (example: string) => `what stands before the hashed part of the token, such as ${example}`
  it.each<[PartFormat, unknown, unknown, string, string]>([
    ['sanctum', hex, '12', 'secret.start', before('12|')],
    ['sanctum', hex, '|', 'secret.start', before('12|')],
    ['sanctum', hex, 'a12|', 'secret.start', before('12|')],
    ['sanctum', hex, '12|\n', 'secret.start', before('12|')],
    ['sanctum', hex, `${'1'.repeat(21)}|`, 'secret.start', before('12|')],
    ['sanctum', hex, undefined, 'secret.start', before('12|')],
    ['sanctum', hex, ['12|'], 'secret.start', before('12|')],
    ['prefixed-api-key', hex, 'acme', 'secret.start', before('acme_BRTRKFsL_')],
    ['prefixed-api-key', hex, '_', 'secret.start', before('acme_BRTRKFsL_')],
    ['prefixed-api-key', hex, ' a_', 'secret.start', before('acme_BRTRKFsL_')],
    ['prefixed-api-key', hex, 'a_\n', 'secret.start', before('acme_BRTRKFsL_')],
    ['prefixed-api-key', hex, `${'a'.repeat(101)}_`, 'secret.start', before('acme_BRTRKFsL_')],
    ['sanctum', hex.slice(1), '12|', 'hash', 'a SHA-256 as sanctum stores it'],
    ['sanctum', undefined, '12|', 'hash', 'a SHA-256 as sanctum stores it'],
    ['prefixed-api-key', [hex], 'acme_', 'hash', 'a SHA-256 as prefixed-api-key stores it'],
  ])('is refused as %s, by a message that repeats nothing (%#)', (format, stored, start, field, expected) => {
    const refused = () => importedPartDigest(stored as string, format, start as string)
    expect(refused).toThrow(InvalidInput)
    expect(refused).toThrow(expect.objectContaining({ field, expected }))
  })
})

describe('the id of an imported key', () => {
  it('is the lowest digits of a hash of its digest, in base 62', () => {
    const digest = `sha256:${hex}`
    const number = BigInt(`0x${createHash('sha256').update(`keywright-import/v1\0${digest}`).digest('hex')}`)
    const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
    const value = [...importedKeyId(digest)].reduceRight((sum, digit) => sum * 62n + BigInt(digits.indexOf(digit)), 0n)
    expect(importedKeyId(digest)).toHaveLength(12)
    expect(value).toBe(number % 62n ** 12n)
  })
})

describe('a hash that is no text', () => {
  it.each<unknown>([undefined, null, 7, [hex], Buffer.from(hex, 'hex')])('is refused (%#)', (stored) => {
    expect(() => importedDigest(stored as string, 'sha256-hex')).toThrow(
      expect.objectContaining({ field: 'hash', expected: 'a SHA-256 as sha256-hex stores it' }),
    )
  })
})
