import { describe, expect, it } from 'vitest'
import { BASE62 } from '../../src/crypto/base62.js'
import { formatToken } from '../../src/crypto/format-token.js'
import { createTokenFactory } from '../../src/crypto/random.js'
import { stream } from './random-bytes.js'

describe('createTokenFactory, asked very often,', () => {
  it('makes each character equally likely (TOK-2)', () => {
    const { newSecret } = createTokenFactory({ secretLength: 64, random: stream() })
    const counts = new Map<string, number>()
    const draws = 15_625 * 64
    for (let left = draws / 64; left > 0; left -= 1) {
      for (const character of newSecret()) counts.set(character, (counts.get(character) ?? 0) + 1)
    }
    const expected = draws / 62
    const chiSquared = [...BASE62].reduce(
      (sum, digit) => sum + ((counts.get(digit) ?? 0) - expected) ** 2 / expected,
      0,
    )
    expect(counts.size).toBe(62)
    // 61 degrees of freedom, p = 0.001.
    expect(chiSquared).toBeLessThan(100.9)
  })

  it('makes tokens that a double click selects in full (TOK-3)', () => {
    const { newId, newSecret } = createTokenFactory()
    const seen = new Set<string>()
    for (let left = 100_000; left > 0; left -= 1) {
      const token = formatToken({ namespace: 'tk_live', id: newId(), secret: newSecret() })
      if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)?_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}$/.test(token))
        expect(token).toBe('well-formed')
      if (/\b\w+\b/.exec(token)?.[0] !== token) expect(token).toBe('one word')
      seen.add(token)
    }
    expect(seen.size).toBe(100_000)
  })
})
