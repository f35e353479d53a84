import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBase64, encodeBase64 } from '../../src/crypto/base64.js'

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
