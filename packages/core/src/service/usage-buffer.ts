import { InvalidOptions } from '../errors/index.js'
import { hourOf, type KeyStore, type KeyUse } from '../store/index.js'
import { withDeadline } from './deadline.js'
import type { KeyringEvent } from './event.js'

/** Collects uses in memory, and writes them in batches beside the requests (USE-1). */
export interface UsageBuffer {
  /** Counts one use, at an instant of the store's clock. */
  count(keyId: string, organizationId: string, at: Date): void
  /** Writes all uses counted before the call. Never rejects: what could not be written is kept, and tried again. */
  flush(): Promise<void>
  /** Stops the timer, and writes what was collected. */
  close(): Promise<void>
}

interface Batch {
  readonly id: string
  readonly uses: readonly KeyUse[]
}

/** Keys and hours that are written without waiting for the timer, and the most that one transaction has to hold. */
const batchSize = 1_000
/** A write that hangs must not keep all later ones from the store. */
const writeTimeoutMs = 10_000
/** Keys and hours that are kept while the store does not answer. More are dropped: requests never are (USE-3). */
const maxKept = 50_000

/** @throws {@link InvalidOptions} */
export function usageBuffer(
  store: Pick<KeyStore, 'recordUse'>,
  flushMs: unknown = 10_000,
  emit: (event: KeyringEvent) => void,
): UsageBuffer {
  if (!Number.isSafeInteger(flushMs) || Number(flushMs) < 100 || Number(flushMs) > 60_000) {
    throw new InvalidOptions('usageFlushMs', 'whole milliseconds from 100 to 60000')
  }
  let collected = new Map<string, KeyUse>()
  // A batch that failed may have been committed all the same: it is sent again as it was, under its own id (USE-2).
  const unsent: Batch[] = []
  let running: Promise<void> | null = null
  let next: Promise<void> | null = null
  let timer: NodeJS.Timeout | null = null
  let isClosed = false

  const kept = () => collected.size + unsent.reduce((sum, { uses }) => sum + uses.length, 0)

  const send = async (): Promise<void> => {
    for (let batch = unsent[0]; batch !== undefined; batch = unsent[0]) {
      await withDeadline(store.recordUse(batch.id, batch.uses), writeTimeoutMs)
      unsent.shift()
    }
  }
  const write = async (): Promise<void> => {
    try {
      // What failed before goes first, and meanwhile the rest goes on adding up by key and hour.
      await send()
      const uses = [...collected.values()]
      collected = new Map()
      while (uses.length > 0) unsent.push({ id: crypto.randomUUID(), uses: uses.splice(0, batchSize) })
      await send()
    } catch (error) {
      emit({ type: 'usage.not_written', kept: kept(), error })
      if (!isClosed) start()
    }
  }
  const flush = (): Promise<void> => {
    if (running === null) {
      running = write().finally(() => {
        running = null
      })
      return running
    }
    // The write that runs may have begun before the caller's last use.
    next ??= running.then(() => {
      next = null
      return flush()
    })
    return next
  }
  const start = (): void => {
    timer ??= setTimeout(() => {
      timer = null
      void flush()
    }, Number(flushMs)).unref()
  }

  return {
    count(keyId, organizationId, at) {
      const hour = hourOf(at)
      const bucket = `${keyId} ${hour.getTime()}`
      const before = collected.get(bucket)
      if (before === undefined && kept() >= maxKept) {
        emit({ type: 'usage.dropped', keyId })
        return
      }
      const lastUsedAt = before !== undefined && before.lastUsedAt > at ? before.lastUsedAt : at
      collected.set(bucket, { keyId, organizationId, hour, count: (before?.count ?? 0) + 1, lastUsedAt })
      start()
      if (collected.size >= batchSize && unsent.length === 0 && running === null) void flush()
    },
    flush,
    async close() {
      isClosed = true
      if (timer !== null) clearTimeout(timer)
      timer = null
      await flush()
    },
  }
}
