import { OutcomeUnknown } from '@keywright/core'
import type { IsolationLevel, Kysely, Transaction } from 'kysely'

/** The facts about the engine that {@link runTransaction} needs. */
export interface TransactionOptions {
  readonly isolationLevel: IsolationLevel | undefined
  isBusy(error: unknown): boolean
}

/**
 * Runs `work` in a transaction.
 *
 * @throws {@link OutcomeUnknown} when the connection was lost during the commit, which may have happened.
 * @throws Any error of `work` or of the engine before the commit. Then nothing was changed.
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
    // If the connection is gone, so is its transaction. The first error tells more than that of the rollback.
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
