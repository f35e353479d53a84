import { checkNames, type NamesOf, wholeNumber } from '../check/index.js'
import { InvalidOptions } from '../errors/index.js'
import type { InvalidationBus } from '../store/index.js'

/** A cache, by the promise that it keeps. */
export interface CacheOptions {
  /**
   * A change of a key, such as its revocation, holds in every process no later than `ttlMs` after it was made. That is bounded
   * by time alone: where `bus` delivers, it holds at once; where messages are lost, nothing else is.
   */
  readonly mode: 'bounded'
  /** How long a key may be used after it was read, 1 to 5000. */
  readonly ttlMs: number
  /** How processes tell each other of changes. While it is out of reach, nothing is cached. */
  readonly bus: InvalidationBus
}

const cacheNames: NamesOf<CacheOptions> = { mode: true, ttlMs: true, bus: true }

/** @throws {@link InvalidOptions} */
export function readCache(value: unknown): CacheOptions {
  checkNames(value ?? {}, cacheNames, { at: 'cache' })
  const { mode, ttlMs, bus } = (value ?? {}) as Partial<CacheOptions> // all are checked here
  if (mode !== 'bounded') throw new InvalidOptions('cache.mode', "'bounded'")
  if (typeof bus?.publish !== 'function' || typeof bus.subscribe !== 'function') {
    throw new InvalidOptions('cache.bus', 'an invalidation bus such as redisBus(client)')
  }
  return { mode, ttlMs: wholeNumber(ttlMs, 'cache.ttlMs', { least: 1, most: 5_000 }), bus }
}
