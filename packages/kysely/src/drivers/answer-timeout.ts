import { type NamesOf, wholeNumber } from '@keywright/core/adapter'

/** Options of {@link postgresPool} and {@link mysqlPool}. */
export interface PoolOptions {
  /**
   * How long the pool may take to hand out a connection, and a connection to answer one statement. Make it longer than the
   * longest statement of your own. In milliseconds, a whole number from 100 to 600000. @defaultValue 5000
   */
  readonly answerTimeoutMs?: number | undefined
}

/** The fields of {@link PoolOptions}. */
export const poolOptionNames: NamesOf<PoolOptions> = { answerTimeoutMs: true }

/** @throws {@link InvalidOptions} when the time is not a whole number of milliseconds, or out of range. */
export function parseAnswerTimeout({ answerTimeoutMs = 5_000 }: PoolOptions): number {
  return wholeNumber(answerTimeoutMs, 'answerTimeoutMs', { least: 100, most: 600_000 })
}
