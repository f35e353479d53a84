import { OutcomeUnknown } from '@keywright/core'
import type { IsolationLevel, Kysely, Transaction } from 'kysely'

/** What {@link runTransaction} has to know of the engine. */
export interface TransactionOptions {
  readonly isolationLevel: IsolationLevel | undefined
  isBusy(error: unknown): boolean
}

/**
 * Runs `work` in a transaction.
 *
 * @throws OutcomeUnknown if the connection was lost while the commit was under way: it may have happened (FI-9). What
 * `work` and the engine throw before that; then nothing was changed.
 */
export async function runTransaction<DB, T>(
  db: Kysely<DB>,
  { isolationLevel, isBusy }: TransactionOptions,
  work: (trx: Transaction<DB>) => Promise<T>,
): Promise<T> {
  const starting =
    isolationLevel === undefined ? db.startTransaction() : db.startTransaction().setIsolationLevel(isolationLevel)
  const trx = await starting.execute()
  let result: T
  try {
    result = await work(trx)
  } catch (error) {
    // A connection that is gone takes its transaction with it; the first error tells more than that.
    await trx
      .rollback()
      .execute()
      .catch(() => {})
    throw error
  }
  try {
    await trx.commit().execute()
    return result
  } catch (cause) {
    await trx
      .rollback()
      .execute()
      .catch(() => {})
    throw isBusy(cause) ? cause : new OutcomeUnknown({ cause })
  }
}
