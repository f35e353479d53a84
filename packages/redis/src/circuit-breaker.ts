/** Runs work, or rejects at once. */
export type CircuitBreaker = <T>(work: () => Promise<T>) => Promise<T>

/**
 * Keeps away from what has just failed: for `pauseMs` all calls reject at once with that failure. Then one call tries again,
 * and tells the others whether they may.
 *
 * @param timeoutMs - How long a call may take before it has failed.
 */
export function circuitBreaker({ timeoutMs, pauseMs }: { timeoutMs: number; pauseMs: number }): CircuitBreaker {
  let broken: { readonly failure: unknown; readonly until: number } | null = null
  const breakOff = (failure: unknown) => {
    broken = { failure, until: performance.now() + pauseMs }
  }

  return async (work) => {
    if (broken !== null) {
      if (performance.now() < broken.until) throw broken.failure
      breakOff(broken.failure) // until this call knows more, the others stay away
    }
    try {
      const result = await within(work(), timeoutMs)
      broken = null
      return result
    } catch (failure) {
      breakOff(failure)
      throw failure
    }
  }
}

function within<T>(work: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = () => reject(new Error(`No answer within ${ms} ms`))
    // An answer may be there already, and wait behind this timer because the process was busy: it is let in first.
    const timer = setTimeout(() => setImmediate(fail), ms)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
