import { StoreUnavailable } from '../errors/index.js'
import { DeadlineExceeded, DeadlineLine, isPromise, type MaybePromise } from '../values/index.js'

/** Refuses reads at once while the store does not answer any. */
export interface StoreBreaker {
  /** Reads what is `asked` for, or rejects at once with `StoreUnavailable`. Gives what was read just now, or nothing. */
  read<A, T>(work: (asked: A) => MaybePromise<T>, asked: A): MaybePromise<T>
  /** Asks the store no more by itself, and refuses nothing any more. */
  close(): void
}

/** What a breaker works with. */
export interface StoreBreakerOptions {
  /** One cheap read of the kind that is guarded. */
  readonly probe: () => MaybePromise<unknown>
  /** A read without an answer for so long has failed. It is not cut off: others decide how long they wait. */
  readonly timeoutMs: number
  /** Called whenever the store has answered. */
  readonly onAnswer?: (() => void) | undefined
}

/** So many failures in a row, each within `rowMs` of the one before, and the store is asked whether it is there. */
const suspicious = 5
const rowMs = 10_000
/** How long it may take to say so. */
const probeMs = 500
/** How soon it is asked again, while it does not. */
const againMs = 250

/**
 * Makes a breaker. Failures alone open it never: after some in a row, one statement probes the store, and only if that fails as
 * well, or is not answered soon, reads are refused. Whatever the store answers, at any time, closes it again.
 */
export function storeBreaker({ probe, timeoutMs, onAnswer = () => {} }: StoreBreakerOptions): StoreBreaker {
  let failures = 0
  let failedAt = 0
  let lastError: unknown = null
  let state: 'closed' | 'suspected' | 'open' = 'closed'
  let isClosed = false
  let patience: NodeJS.Timeout | undefined
  let again: NodeJS.Timeout | undefined

  const answered = <T>(answer: T): T => {
    failures = 0
    onAnswer()
    if (state === 'closed') return answer
    state = 'closed'
    clearTimeout(patience)
    clearTimeout(again)
    return answer
  }

  const ask = (): void => {
    let isOver = false
    const fail = (error: unknown): void => {
      if (isOver) return
      isOver = true
      clearTimeout(timer)
      if (state === 'closed' || isClosed) return
      state = 'open'
      lastError = error
      again = setTimeout(ask, againMs).unref()
    }
    const timer = setTimeout(() => fail(new DeadlineExceeded(probeMs)), probeMs).unref()
    patience = timer
    Promise.resolve(attempt(probe, undefined)).then((answer) => {
      isOver = true
      clearTimeout(timer)
      return answered(answer)
    }, fail)
  }

  const failed = (error: unknown): void => {
    const at = performance.now()
    failures = at - failedAt > rowMs ? 1 : failures + 1
    failedAt = at
    lastError = error
    if (failures < suspicious || state !== 'closed' || isClosed) return
    state = 'suspected'
    ask()
  }
  const slow = new DeadlineLine(timeoutMs)
  const late = () => failed(new DeadlineExceeded(timeoutMs))
  const watched = <T>(reading: Promise<T>): Promise<T> => {
    const waiting = slow.begin(late)
    return Promise.resolve(reading).then(
      (answer) => {
        slow.end(waiting)
        return answered(answer)
      },
      (error: unknown) => {
        // What was late has been counted.
        if (!waiting.isOver) failed(error)
        slow.end(waiting)
        throw error
      },
    )
  }

  return {
    read: (work, asked) => {
      if (state === 'open') return Promise.reject(new StoreUnavailable({ cause: lastError }))
      const reading = attempt(work, asked)
      return isPromise(reading) ? watched(reading) : answered(reading)
    },
    close: () => {
      isClosed = true
      state = 'closed'
      clearTimeout(patience)
      clearTimeout(again)
    },
  }
}

/** What is thrown at once is a rejection as well. */
function attempt<A, T>(work: (asked: A) => MaybePromise<T>, asked: A): MaybePromise<T> {
  try {
    return work(asked)
  } catch (error) {
    return Promise.reject(error)
  }
}
