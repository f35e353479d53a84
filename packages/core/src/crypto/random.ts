import { customRandom, random as strongRandom } from 'nanoid'
import { wholeNumber } from '../check/index.js'
import { BASE62 } from './base62.js'
import { DEFAULT_SECRET_LENGTH, ID_LENGTH, MAX_SECRET_LENGTH, MIN_SECRET_LENGTH } from './token.js'

/** Returns `size` random bytes. */
export type RandomBytes = (size: number) => Uint8Array

/** The length of secrets, and the source of randomness. */
export interface TokenFactoryOptions {
  /** Characters of a secret, 22 to 64. @defaultValue 32: 190 bits */
  readonly secretLength?: number | undefined
  /** The source of random bytes. Replace it only in tests. @defaultValue the platform's cryptographic generator */
  readonly random?: RandomBytes
}

/** Generates the random parts of tokens. */
export interface TokenFactory {
  /** Returns a new key id: 12 base62 characters, 71 bits. */
  newId(): string
  /** Returns a new secret of base62 characters. */
  newSecret(): string
}

/**
 * Creates a generator for the random parts of tokens, in which every character is equally likely. It reads no random bytes until
 * a method is called.
 *
 * Its methods pass on the errors of the source, and throw if the source repeats one byte.
 *
 * @throws {@link InvalidOptions} when `secretLength` is not 22 to 64.
 */
export function createTokenFactory(options: TokenFactoryOptions = {}): TokenFactory {
  const { secretLength = DEFAULT_SECRET_LENGTH, random = strongRandom } = options
  wholeNumber(secretLength, 'secretLength', { least: MIN_SECRET_LENGTH, most: MAX_SECRET_LENGTH })
  const source = refuseStuck(random)
  const nextId = customRandom(BASE62, ID_LENGTH, source)
  const nextSecret = customRandom(BASE62, secretLength, source)
  return { newId: () => nextId(), newSecret: () => nextSecret() }
}

/** nanoid uses bytes below 248, a multiple of 62. Higher bytes would make the first digits more likely. */
const USABLE_BELOW = 248

function refuseStuck(random: RandomBytes): RandomBytes {
  return (size) => {
    const bytes = random(size)
    const usable = bytes.filter((byte) => byte < USABLE_BELOW)
    // Also if no byte is usable: nanoid would ask again for ever. By chance, this happens once in 10²⁷ calls.
    if (bytes.length < size || usable.every((byte) => byte === usable[0]))
      throw new Error('The random source is broken.')
    return bytes
  }
}
