import { describe, expect, it } from 'vitest'
import { createTokenFactory } from '../../src/crypto/random.js'
import { InvalidOptions } from '../../src/errors/input-errors.js'
import { cycle, stream } from './random-bytes.js'

describe('createTokenFactory', () => {
  it('skips bytes that would favour some characters (TOK-2)', () => {
    const { newId, newSecret } = createTokenFactory({ random: cycle(248, 249, 250, 251, 252, 253, 254, 255, 0, 61) })
    expect(newId()).toMatch(/^[0z]{12}$/)
    expect(newSecret()).toMatch(/^[0z]{32}$/)
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
