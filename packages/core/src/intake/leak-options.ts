import { wholeNumber } from '../check/index.js'
import { InvalidOptions } from '../errors/index.js'
import { adapterOf, type Keyring } from '../keyring/index.js'
import { isolated } from '../values/index.js'

/** What endpoints for findings have in common. */
export interface LeakEndpointOptions {
  /**
   * `revoke` ends the key of a token that was found, for good. `quarantine` disables it: its owner cannot enable it, and somebody who
   * may manage all keys can. @defaultValue 'revoke'
   */
  readonly action?: 'revoke' | 'quarantine' | undefined
  /** The longest report, in bytes, 1024 to 16777216. @defaultValue 1048576 */
  readonly maxBytes?: number | undefined
  /** Told of what made a report fail with 503. @defaultValue nobody is told */
  readonly onError?: ((error: unknown) => unknown) | undefined
}

/** {@link LeakEndpointOptions}, checked. */
export interface LeakEndpoint {
  readonly action: 'revoke' | 'quarantine'
  readonly maxBytes: number
  readonly report: (error: unknown) => void
}

/** @throws {@link InvalidOptions} */
export function readLeakEndpoint(keyring: Keyring, options: LeakEndpointOptions): LeakEndpoint {
  adapterOf(keyring)
  const { action = 'revoke', maxBytes = 1_048_576, onError } = options
  if (action !== 'revoke' && action !== 'quarantine') {
    throw new InvalidOptions('action', "'revoke' or 'quarantine'")
  }
  if (onError !== undefined && typeof onError !== 'function') throw new InvalidOptions('onError', 'a function')
  return {
    action,
    maxBytes: wholeNumber(maxBytes, 'maxBytes', { least: 1_024, most: 16_777_216 }),
    report: isolated(onError),
  }
}
