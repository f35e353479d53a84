import { wholeNumber } from '../check/index.js'
import { UsageLost } from '../errors/index.js'
import type { KeyRefusals, KeyStore, KeyUsage, PreviousUse } from '../store/index.js'
import { withDeadline } from '../values/index.js'
import { type CollectedUsage, collectedUsage } from './collected-usage.js'
import { type OneAtATime, oneAtATime } from './one-at-a-time.js'

/** What became of uses. */
export type UsageEvent =
  /** Uses could not be written; they are kept, and tried again. */
  | { readonly type: 'usage.not_written'; readonly kept: number; readonly error: unknown }
  /** A use or a refusal was not counted, because too many wait to be written, or because the keyring was closed before. */
  | { readonly type: 'usage.dropped'; readonly keyId: string }

/** Collects uses and refusals in memory, and writes them in batches beside the requests. */
export interface UsageBuffer {
  /** Counts one use, at an instant of the store's clock. */
  count(keyId: string, organizationId: string, at: Date): void
  /** Notes that a use, which was counted, was one of the token before the last rotation. */
  notePrevious(use: PreviousUse): void
  /** Counts one refusal of a request whose token was right, at an instant of the store's clock. */
  countRefusal(refusal: Omit<KeyRefusals, 'hour' | 'count'>, at: Date): void
  /** Writes all uses counted before the call. Never rejects: what could not be written is kept, and tried again. */
  flush(): Promise<void>
  /**
   * Stops the timer, and writes what was collected: again and again until it is written, or `ms` have passed. What is counted
   * after that is dropped, and told. Called again, it gives the same promise.
   *
   * @throws {@link UsageLost} (as a rejection) when something could not be written.
   */
  close(ms: number): Promise<void>
}

interface Batch {
  readonly id: string
  readonly uses: readonly KeyUsage[]
  readonly refusals: readonly KeyRefusals[]
  readonly previous: readonly PreviousUse[]
}

/** The most that one transaction writes. It is over before a request, or a change on SQLite, would notice. */
const batchSize = 250
/** A write that hangs must not keep all later ones from the store. */
const writeTimeoutMs = 10_000
/** Keys and hours that are kept while the store does not answer. More are dropped: requests never are. */
const maxKept = 100_000
/** Keys and hours that are written without waiting for the timer. */
const manyKept = 50_000
/** How long one attempt to write the last uses may go without an answer of the store. */
const attemptMs = 2_000
/** How soon the last uses are sent again. Doubles each time. */
const firstPauseMs = 50
const longestPauseMs = 500

/** @throws {@link InvalidOptions} */
export function usageBuffer(
  store: Pick<KeyStore, 'recordUsage'>,
  flushMs: unknown = 10_000,
  emit: (event: UsageEvent) => void,
): UsageBuffer {
  const intervalMs = wholeNumber(flushMs, 'usageFlushMs', { least: 100, most: 60_000 })
  let collected = collectedUsage()
  // A batch that failed may have been committed all the same: it is sent again as it was, under its own id.
  const unsent: Batch[] = []
  let timer: NodeJS.Timeout | null = null
  let state: 'open' | 'closing' | 'closed' = 'open'
  let closing: Promise<void> | null = null
  let lastError: unknown = null
  let sent = 0

  const kept = () => collected.size + unsent.reduce((sum, { uses, refusals }) => sum + uses.length + refusals.length, 0)

  const hasRoom = () => kept() < maxKept

  const send = async (): Promise<void> => {
    for (let batch = unsent[0]; batch !== undefined; batch = unsent[0]) {
      await withDeadline(writeBatch(store, batch), writeTimeoutMs, { unref: true })
      sent += 1
      // Another write may have sent it meanwhile, where this one was given up.
      if (unsent.includes(batch)) unsent.splice(unsent.indexOf(batch), 1)
    }
  }
  const write = async (): Promise<void> => {
    try {
      // What failed before goes first, and meanwhile the rest goes on adding up by key and hour.
      await send()
      unsent.push(...batchesOf(collected))
      collected = collectedUsage()
      await send()
    } catch (error) {
      lastError = error
      emit({ type: 'usage.not_written', kept: kept(), error })
      if (state === 'open') start()
    }
  }
  const writing = oneAtATime(write)
  const start = (): void => {
    timer ??= about(intervalMs, () => {
      timer = null
      void writing.run()
    })
  }

  const writeAll = async (ms: number): Promise<void> => {
    state = 'closing'
    if (timer !== null) clearTimeout(timer)
    timer = null
    await untilWritten(writing, { isDone: () => kept() === 0, sent: () => sent }, ms)
    state = 'closed'
    unsent.push(...batchesOf(collected))
    refuseLoss(unsent, lastError)
  }

  const added = (keyId: string, isAdded: boolean): void => {
    if (!isAdded) {
      emit({ type: 'usage.dropped', keyId })
      return
    }
    if (state === 'open') start()
    if (collected.size >= manyKept && unsent.length === 0 && !writing.isRunning) void writing.run()
  }

  return {
    count: (keyId, organizationId, at) =>
      added(keyId, state !== 'closed' && collected.add(keyId, organizationId, at, hasRoom)),
    countRefusal: (refusal, at) =>
      added(refusal.keyId, state !== 'closed' && collected.addRefusal(refusal, at, hasRoom)),
    notePrevious: (use) => collected.notePrevious(use),
    flush: writing.run,
    close: (ms) => {
      closing ??= writeAll(ms)
      return closing
    },
  }
}

/** A timer that is early by up to a quarter: processes that began together do not write together for ever. */
function about(ms: number, work: () => void): NodeJS.Timeout {
  return setTimeout(work, ms * (0.75 + Math.random() / 4)).unref()
}

/** @throws UsageLost when something was counted that is not written. */
function refuseLoss(unsent: readonly Batch[], cause: unknown): void {
  const uses = unsent.flatMap((left) => [...left.uses, ...left.refusals]).reduce((sum, { count }) => sum + count, 0)
  if (uses > 0) throw new UsageLost(uses, { cause })
}

/** Most batches have no use of a token before a rotation: they are written as ever. */
function writeBatch(
  store: Pick<KeyStore, 'recordUsage'>,
  { id, uses, refusals, previous }: Batch,
): ReturnType<KeyStore['recordUsage']> {
  return store.recordUsage(id, uses, refusals, ...(previous.length > 0 ? [previous] : []))
}

/** What was collected, in parts that one transaction writes each. */
function batchesOf(collected: CollectedUsage): Batch[] {
  const [uses, refusals, previous] = [collected.list(), collected.listRefusals(), collected.listPrevious()]
  const batches: Batch[] = []
  while (uses.length + refusals.length + previous.length > 0) {
    const some = uses.splice(0, batchSize)
    const others = refusals.splice(0, batchSize - some.length)
    const noted = previous.splice(0, batchSize - some.length - others.length)
    batches.push({ id: crypto.randomUUID(), uses: some, refusals: others, previous: noted })
  }
  return batches
}

/**
 * Tries to write until `isDone`, or `ms` have passed.
 *
 * @param progress - How many batches were `sent` tells whether a write goes on.
 */
async function untilWritten(
  writing: OneAtATime,
  { isDone, sent }: { readonly isDone: () => boolean; readonly sent: () => number },
  ms: number,
): Promise<void> {
  let isOver = false
  const tryAll = async (): Promise<void> => {
    // What is counted while it writes is written, too.
    for (let pauseMs = firstPauseMs; !isOver; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      const write = writing.run().then(() => true)
      let [isEnded, before] = [false, -1]
      // One that goes on is waited for, but a write may never be answered. A batch that is sent twice is counted once.
      while (!isEnded && !isOver && before !== sent()) {
        before = sent()
        isEnded = await withDeadline(write, attemptMs).catch(() => false)
      }
      if (!isEnded) writing.forget()
      if (isOver || isDone()) return
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
  await withDeadline(tryAll, ms).catch(() => {}) // told by what is left
  isOver = true
}
