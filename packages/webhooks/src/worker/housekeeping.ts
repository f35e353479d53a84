import type { Keyring } from '@keywright/core'
import { publishExpiryNotices } from './expiry-notices.js'
import type { WorkerParts } from './parts.js'

/** What is done once in a while beside the sending. */
export interface Housekeeping {
  start(): void
  /** Does all of it now, unless it was done in the last half hour. */
  run(): Promise<void>
  stop(): void
}

const everyMs = 3_600_000
const firstMs = 30_000
const prunedAtOnce = 500

/** Deletes events that are older than they are kept, and tells of keys that expire soon. */
export function housekeeping(
  parts: WorkerParts,
  keyring: Pick<Keyring, 'list'>,
  { retentionMs }: { readonly retentionMs: number },
): Housekeeping {
  const { store, door, emit } = parts
  let timer: ReturnType<typeof setTimeout> | null = null
  let isStopped = false

  const failed = (error: unknown): void => emit({ type: 'webhooks.unavailable', error })
  let doneAt = Number.NEGATIVE_INFINITY

  const run = async (): Promise<void> => {
    const now = await door.now()
    if (now.getTime() - doneAt < everyMs / 2) return
    doneAt = now.getTime()
    const before = new Date(now.getTime() - retentionMs)
    while (!isStopped && (await store.prune({ before, limit: prunedAtOnce })) === prunedAtOnce);
    await publishExpiryNotices(parts, keyring, { now, failed, isStopped: () => isStopped })
  }
  const plan = (ms: number): void => {
    timer = setTimeout(
      () => {
        run()
          .catch(failed)
          .finally(() => isStopped || plan(everyMs))
      },
      ms * (0.5 + Math.random()),
    )
    timer.unref()
  }

  return {
    run,
    start: () => {
      if (timer === null) plan(firstMs)
    },
    stop: () => {
      isStopped = true
      if (timer !== null) clearTimeout(timer)
    },
  }
}
