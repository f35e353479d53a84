import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBase64, encodeBase64, endOfBase64 } from '../../src/crypto/base64.js'

describe('base64 without padding', () => {
  it('decodes to what was encoded', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(new Uint8Array(decodeBase64(encodeBase64(bytes)) ?? [0, 0])).toEqual(bytes)
      }),
    )
  })

  it('decodes one text only for each value', () => {
    const digit = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_= \n')
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: digit, maxLength: 6 }), fc.string()), (text) => {
        const isCanonical = encodeBase64(Buffer.from(text, 'base64')) === text
        expect(decodeBase64(text) !== null).toBe(isCanonical)
      }),
      { numRuns: 5_000 },
    )
  })
})

describe('endOfBase64', () => {
  const text = fc.oneof(fc.string({ unit: 'binary-ascii', maxLength: 14 }), fc.string({ unit: 'binary', maxLength: 8 }))

  it('is where the base64 of a text ends, wherever it begins', () => {
    fc.assert(
      fc.property(text, text, text, (before, encoded, after) => {
        const written = encodeBase64(Buffer.from(encoded))
        const end = before.length + written.length
        expect(endOfBase64(`${before}${written}${after}`, before.length, encoded)).toBe(end)
      }),
      { numRuns: 1_000 },
    )
  })

  it('is -1 where any one sign is another, or is not there', () => {
    fc.assert(
      fc.property(text, fc.nat(), fc.constantFrom('', '!', 'A', '/', 'é'), (encoded, place, sign) => {
        const written = encodeBase64(Buffer.from(encoded))
        const at = place % Math.max(written.length, 1)
        const changed = `${written.slice(0, at)}${sign}${written.slice(at + 1)}`
        if (!changed.startsWith(written)) expect(endOfBase64(changed, 0, encoded)).toBe(-1)
      }),
      { numRuns: 1_000 },
    )
  })

  it.each(['é', 'aé', 'aaé', 'aaaé', '\u007f', '\u0080', '€', '😀a'])('reads %j as its UTF-8 bytes', (encoded) => {
    const written = encodeBase64(Buffer.from(encoded))
    expect(endOfBase64(`$${written}$`, 1, encoded)).toBe(1 + written.length)
    expect(endOfBase64(`$${written}$`, 0, encoded)).toBe(-1)
  })
})

describe('decodeBase64', () => {
  it.each(['', 'AA', 'AAA', 'AAAA', 'AAAAAA', '+/+/', 'Zg', 'Zm8'])('reads %j', (text) => {
    expect(decodeBase64(text)).toEqual(Buffer.from(text, 'base64'))
  })

  it.each(['A', 'AAAAA', 'AB', 'AAB', 'AA==', 'AA-_', 'AAAA\n', '\nAAAA', '!AA', 'AA!', 'A!AA', 'AAAA!AA', 'Zg=='])(
    'refuses %j',
    (text) => {
      expect(decodeBase64(text)).toBeNull()
    },
  )
})
