import { checkNames, type NamesOf } from '../check/index.js'
import type { Hasher, Sealer, Secret } from '../crypto/index.js'
import { InvalidOptions } from '../errors/index.js'
import type { Key } from '../values/index.js'

/** The new token of a key, on its way to where its client finds it. */
export interface RotationDelivery {
  /** The key: its token before goes on working until the new one is delivered, and then for its grace. */
  readonly key: Key
  /** The new token, which works already. Each attempt has the same one. */
  readonly token: Secret
  /** The same for each attempt to deliver this token. */
  readonly id: string
  /** 1 at the first attempt. */
  readonly attempt: number
}

/** Where new tokens of keys with a schedule go. */
export interface RotationOptions {
  /**
   * Puts a new token where its client finds it, such as into a secret manager, and returns when it is there: only then does the time of
   * the old token begin to end. It may be given the same token again, and has `manageTimeoutMs`. What it throws has the token given
   * again later, while both work.
   */
  readonly deliver: (delivery: RotationDelivery) => unknown
  /** Seals a new token until it is delivered, so that a process that ends loses none. Its keys must be no peppers of the hasher. */
  readonly sealer: Sealer
}

const rotationNames: NamesOf<RotationOptions> = { deliver: true, sealer: true }

/** @throws InvalidOptions, naming the option. */
export function readRotation(given: RotationOptions | undefined, hasher: Hasher): RotationOptions | null {
  if (given === undefined) return null
  checkNames(given, rotationNames, { at: 'rotation' })
  const { deliver, sealer } = given
  if (typeof deliver !== 'function')
    throw new InvalidOptions('rotation.deliver', 'a function that keeps the new token of a key')
  const methods = ['seal', 'open', 'keyIdOf', 'sharesKeyWith'] as const
  if (!methods.every((name) => typeof (sealer as Partial<Sealer> | undefined)?.[name] === 'function'))
    throw new InvalidOptions('rotation.sealer', 'a sealer such as sealer({ current, keys })')
  // One secret for two purposes would let the one be used to break the other.
  if (sealer.sharesKeyWith(hasher))
    throw new InvalidOptions('rotation.sealer', 'keys that are not peppers of the hasher')
  return { deliver, sealer }
}
