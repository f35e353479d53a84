import { InvalidOptions } from '../errors/index.js'
import type { Found, InvalidationBus, KeyStore } from '../store/index.js'
import { boundedCache } from './bounded-cache.js'
import { withDeadline } from './deadline.js'
import type { KeyringEvent } from './event.js'

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

/** How verifications read keys. */
export interface KeyReader {
  find(id: string): Promise<Found | null>
  /** To be called after each change of a key, also one whose outcome is unknown. */
  changed(id: string): void
  close(): Promise<void>
}

/** What a reader needs of the keyring's settings. */
export interface ReaderSettings {
  readonly store: KeyStore
  readonly emit: (event: KeyringEvent) => void
  readonly background: (work: Promise<unknown>) => void
}

/** How long a message may take until it is given up. */
const publishTimeoutMs = 2_000

/** @throws {@link InvalidOptions} */
export function keyReader(cache: unknown, { store, emit, background }: ReaderSettings): KeyReader {
  const read = (id: string) => store.find(id)
  if (cache === undefined) return { find: read, changed: () => {}, close: async () => {} }

  const { ttlMs, bus } = readCache(cache)
  const kept = boundedCache(read, ttlMs)
  const publish = async (id: string) => bus.publish(id)
  let isListening: boolean | null = null
  const stop = bus.subscribe(kept.forget, (state) => {
    if (state !== isListening) emit({ type: state ? 'cache.used' : 'cache.bypassed' })
    isListening = state
    kept.use(state)
  })
  return {
    find: kept.find,
    changed(id) {
      kept.forget(id)
      const published = withDeadline(publish(id), publishTimeoutMs)
      background(published.catch((error: unknown) => emit({ type: 'cache.not_told', keyId: id, error })))
    },
    async close() {
      kept.use(false)
      await stop()
    },
  }
}

function readCache(value: unknown): CacheOptions {
  const { mode, ttlMs, bus } = (value ?? {}) as Partial<CacheOptions> // all are checked here
  if (mode !== 'bounded') throw new InvalidOptions('cache.mode', "'bounded'")
  if (!Number.isSafeInteger(ttlMs) || ttlMs === undefined || ttlMs < 1 || ttlMs > 5_000) {
    throw new InvalidOptions('cache.ttlMs', 'whole milliseconds from 1 to 5000')
  }
  if (typeof bus?.publish !== 'function' || typeof bus.subscribe !== 'function') {
    throw new InvalidOptions('cache.bus', 'an invalidation bus such as redisBus(client)')
  }
  return { mode, ttlMs, bus }
}
