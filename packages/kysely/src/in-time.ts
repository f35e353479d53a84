/** Options of `postgresPool` and `mysqlPool`. */
export interface PoolOptions {
  /**
   * How long the pool may take to find a connection, and a connection to answer one statement: longer than the host's own
   * longest statement, 100 to 600000. @defaultValue 5000
   */
  readonly answerTimeoutMs?: number | undefined
}

/** A connection, or the pool, did not answer in time. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'

  constructor(ms: number) {
    super(`The database gave no answer within ${ms} ms`)
  }
}

/** @throws TypeError for a time that is none. */
export function readAnswerTimeout({ answerTimeoutMs = 5_000 }: PoolOptions): number {
  if (Number.isSafeInteger(answerTimeoutMs) && answerTimeoutMs >= 100 && answerTimeoutMs <= 600_000) {
    return answerTimeoutMs
  }
  throw new TypeError('answerTimeoutMs: expected whole milliseconds from 100 to 600000')
}

/** Settles like `work`, or rejects with {@link NoAnswer} after `ms`; what `work` gives after that goes to `late`. */
export function inTime<T>(work: Promise<T>, ms: number, late: (value: T) => void = () => {}): Promise<T> {
  return new Promise((resolve, reject) => {
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      reject(new NoAnswer(ms))
    }, ms)
    work.then((value) => (isLate ? late(value) : resolve(value)), reject).finally(() => clearTimeout(timer))
  })
}
