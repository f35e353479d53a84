/** One run of the work. */
export interface Attempt {
  /** Whether its time is over: whatever it still does is done for nobody. */
  readonly isOver: boolean
}

/** Runs work, or rejects at once while the circuit is open. */
export type CircuitBreaker = <T>(work: (attempt: Attempt) => Promise<T>) => Promise<T>

/** How long a call may take before it counts as failed, and for how long calls then fail at once. */
export interface BreakerTimes {
  readonly timeoutMs: number
  readonly pauseMs: number
}

/**
 * Makes a circuit breaker. After a failure, all calls reject at once with that failure for `pauseMs`. Then one call tries
 * again, and the others follow if it succeeds.
 */
export function circuitBreaker({ timeoutMs, pauseMs }: BreakerTimes): CircuitBreaker {
  let broken: { readonly failure: unknown; readonly until: number } | null = null
  const open = (failure: unknown) => {
    broken = { failure, until: performance.now() + pauseMs }
  }

  return async (work) => {
    if (broken !== null) {
      if (performance.now() < broken.until) throw broken.failure
      open(broken.failure) // the other calls keep rejecting until this one has an answer
    }
    const attempt = { isOver: false }
    try {
      const result = await withDeadline(work(attempt), timeoutMs)
      broken = null
      return result
    } catch (failure) {
      attempt.isOver = true
      open(failure)
      throw failure
    }
  }
}

function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = () => reject(new Error(`No answer within ${ms} ms`))
    // After a busy stretch, an answer that came in time may be queued behind this timer. setImmediate lets it in first.
    const timer = setTimeout(() => setImmediate(fail), ms)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
