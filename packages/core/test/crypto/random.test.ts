import { createCipheriv } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { BASE62 } from '../../src/crypto/base62.js'
import { formatToken } from '../../src/crypto/format-token.js'
import { createTokenFactory, type RandomBytes } from '../../src/crypto/random.js'
import { InvalidOptions } from '../../src/errors/input-errors.js'

/** Repeats these bytes for ever. */
function cycle(...bytes: number[]): RandomBytes {
  let next = 0
  return (size) => Uint8Array.from({ length: size }, () => bytes[next++ % bytes.length] ?? 0)
}

/** Bytes that look random and are the same in every run. */
function stream(): RandomBytes {
  const cipher = createCipheriv('aes-256-ctr', Buffer.alloc(32, 7), Buffer.alloc(16))
  return (size) => cipher.update(Buffer.alloc(size))
}

describe('createTokenFactory', () => {
  it('skips bytes that would favour some characters (TOK-2)', () => {
    const { newId, newSecret } = createTokenFactory({ random: cycle(248, 249, 250, 251, 252, 253, 254, 255, 0, 61) })
    expect(newId()).toMatch(/^[0z]{12}$/)
    expect(newSecret()).toMatch(/^[0z]{32}$/)
  })

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

  it('makes secrets of the configured length', () => {
    expect(createTokenFactory().newSecret()).toHaveLength(32)
    expect(createTokenFactory({ secretLength: 22 }).newSecret()).toHaveLength(22)
    expect(createTokenFactory({ secretLength: 64 }).newSecret()).toHaveLength(64)
  })

  it.each([21, 0, -1, 65, 32.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses secrets of %s characters (TOK-1)',
    (secretLength) => {
      expect(() => createTokenFactory({ secretLength })).toThrow(InvalidOptions)
    },
  )

  it('draws no randomness before its first use (TOK-16)', () => {
    const asked: number[] = []
    const source = stream()
    const { newId } = createTokenFactory({
      random: (size) => {
        asked.push(size)
        return source(size)
      },
    })
    expect(asked).toEqual([])
    newId()
    expect(asked).not.toEqual([])
  })

  it.each([
    ['zeros', cycle(0)],
    ['ones', cycle(255)],
    ['one usable byte', cycle(248, 249, 250, 251, 252, 253, 254, 255, 0)],
    ['too few bytes', () => new Uint8Array([1, 2, 3])],
  ])('throws when the random source gives %s (FI-29)', (_, random) => {
    const { newId, newSecret } = createTokenFactory({ random })
    expect(newId).toThrow('random source is broken')
    expect(newSecret).toThrow('random source is broken')
  })

  it('throws what the random source throws (FI-29)', () => {
    const { newSecret } = createTokenFactory({
      random: () => {
        throw new Error('no entropy')
      },
    })
    expect(newSecret).toThrow('no entropy')
  })
})
