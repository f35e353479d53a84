/** Work took longer than its deadline allows. */
export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded'
  readonly ms: number

  constructor(ms: number) {
    super(`There was no answer within ${ms} ms.`)
    this.ms = ms
  }
}

/** What {@link withDeadline} does with a result that arrives too late. */
export interface DeadlineOptions<T> {
  /** Receives a late result, for example to return a connection to its pool. @defaultValue the result is dropped */
  readonly late?: ((value: T) => unknown) | undefined
  /** The error to reject with, so that the caller can tell it from one that the work brought along. @defaultValue a new one */
  readonly lateness?: DeadlineExceeded | undefined
  /** Lets the process end while the deadline has not come. @defaultValue false */
  readonly unref?: boolean | undefined
}

/**
 * Settles as `work` does, or rejects after `ms` milliseconds. The work itself continues: it cannot be stopped.
 *
 * @param work - A promise, or a function to call. If the function throws, the result rejects.
 * @param ms - Milliseconds.
 * @throws {@link DeadlineExceeded} (as a rejection) when `ms` milliseconds have passed.
 */
export function withDeadline<T>(
  work: PromiseLike<T> | (() => T | PromiseLike<T>),
  ms: number,
  { late, lateness, unref = false }: DeadlineOptions<T> = {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      reject(lateness ?? new DeadlineExceeded(ms))
    }, ms)
    if (unref) timer.unref()
    const started = typeof work === 'function' ? new Promise<T>((begin) => begin(work())) : work
    started.then(
      (value) => {
        clearTimeout(timer)
        if (!isLate) resolve(value)
        else late?.(value)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}
