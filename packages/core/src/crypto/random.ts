import { customRandom, random as strongRandom } from 'nanoid'
import { InvalidOptions } from '../errors/index.js'
import { BASE62 } from './base62.js'
import { DEFAULT_SECRET_LENGTH, ID_LENGTH, MAX_SECRET_LENGTH, MIN_SECRET_LENGTH } from './token.js'

/** Gives that many random bytes. */
export type RandomBytes = (size: number) => Uint8Array

/** Options of {@link createTokenFactory}. */
export interface TokenFactoryOptions {
  /** Characters of a secret, 22 to 64 (TOK-1). @defaultValue 32: 190 bits */
  readonly secretLength?: number
  /** Where bytes come from; another source is for tests. @defaultValue the platform's strong generator */
  readonly random?: RandomBytes
}

/** Makes the random parts of tokens. */
export interface TokenFactory {
  /** A new key id: 12 base62 characters, 71 bits. */
  newId(): string
  /** A new secret. */
  newSecret(): string
}

/**
 * Makes the random parts of tokens, each character equally likely (TOK-2). Asks for no randomness until it has to (TOK-16).
 *
 * Its methods throw what the source throws, and refuse a source that repeats one byte (FI-29).
 *
 * @throws {@link InvalidOptions} for a length outside the limits.
 */
export function createTokenFactory(options: TokenFactoryOptions = {}): TokenFactory {
  const { secretLength = DEFAULT_SECRET_LENGTH, random = strongRandom } = options
  if (!Number.isInteger(secretLength) || secretLength < MIN_SECRET_LENGTH || secretLength > MAX_SECRET_LENGTH) {
    throw new InvalidOptions('secretLength', `a whole number from ${MIN_SECRET_LENGTH} to ${MAX_SECRET_LENGTH}`)
  }
  const source = refuseStuck(random)
  const nextId = customRandom(BASE62, ID_LENGTH, source)
  const nextSecret = customRandom(BASE62, secretLength, source)
  return { newId: () => nextId(), newSecret: () => nextSecret() }
}

/** The bytes that nanoid makes characters of: those above would favour the first digits. */
const USABLE_BELOW = 248

function refuseStuck(random: RandomBytes): RandomBytes {
  return (size) => {
    const bytes = random(size)
    const usable = bytes.filter((byte) => byte < USABLE_BELOW)
    // Also where none is usable: nanoid would ask again for ever. By chance, once in 10²⁷ times.
    if (bytes.length < size || usable.every((byte) => byte === usable[0]))
      throw new Error('The random source is broken')
    return bytes
  }
}
