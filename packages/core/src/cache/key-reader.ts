import { withDeadline } from '../values/index.js'
import { boundedCache } from './bounded-cache.js'
import { readCache } from './cache-options.js'
import type { KeyReader, ReaderSettings } from './reader-types.js'

/** How long a message may take until it is given up. */
const publishTimeoutMs = 2_000

/** @throws {@link InvalidOptions} */
export function keyReader(cache: unknown, { store, breaker, emit, background }: ReaderSettings): KeyReader {
  const find = (id: string) => store.find(id)
  const read = (id: string) => breaker.read(find, id)
  const findByDigest = (digests: readonly string[]) => store.findByLookupDigest(digests)
  const findByLookupDigest = (digests: readonly string[]) => breaker.read(findByDigest, digests)
  if (cache === undefined) {
    return { find: read, findByLookupDigest, changed: () => {}, close: async () => breaker.close() }
  }

  const { ttlMs, bus } = readCache(cache)
  const kept = boundedCache(read, ttlMs)
  let isListening: boolean | null = null
  const stop = bus.subscribe(kept.forget, (state) => {
    if (state !== isListening) emit({ type: state ? 'cache.used' : 'cache.bypassed' })
    isListening = state
    kept.use(state)
  })
  return {
    find: kept.find,
    findByLookupDigest,
    changed(id) {
      kept.forget(id)
      const published = withDeadline(() => bus.publish(id), publishTimeoutMs)
      background(published.catch((error: unknown) => emit({ type: 'cache.not_told', keyId: id, error })))
    },
    async close() {
      breaker.close()
      kept.use(false)
      await stop()
    },
  }
}
