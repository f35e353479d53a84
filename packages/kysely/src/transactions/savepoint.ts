import { TransactionLost } from '@keywright/core'
import { type Kysely, sql } from 'kysely'

/** The facts about the engine that {@link savepoints} needs. */
export interface SavepointOptions {
  /** Whether the engine takes savepoints without a transaction, and forgets them at once. */
  readonly forgetsSavepoints: boolean
  isBusy(error: unknown): boolean
}

/** Runs `work` in a savepoint. What runs at the same time waits, since savepoints of one transaction cannot overlap. */
export type InSavepoint = <T>(work: () => Promise<T>) => Promise<T>

/** The host's object, which stands for the transaction. Those of `startTransaction` say whether they are over. */
export interface HostsTransaction {
  readonly isCommitted?: boolean
  readonly isRolledBack?: boolean
}

/** By the host's object, so that all keyrings in one transaction know that it is lost. */
const states = new WeakMap<object, { lost: TransactionLost | null }>()

/** What runs last on a connection. The host may have several objects for one transaction, such as `trx.withTables()`. */
const lastOn = new WeakMap<object, Promise<unknown>>()

/**
 * Makes a function that runs work in a savepoint of a transaction of the host's. If the work fails, its writes are undone, and the
 * transaction is as it was before.
 *
 * @param trx - What runs its statements.
 * @throws {@link TransactionLost}, from the function, when the engine gave up the transaction, when another writer was in the
 * way, or when there is no transaction any more; and from then on at each call.
 */
export function savepoints<DB>(
  transaction: HostsTransaction,
  trx: Kysely<DB>,
  { forgetsSavepoints, isBusy }: SavepointOptions,
): InSavepoint {
  const state = states.get(transaction) ?? { lost: null }
  states.set(transaction, state)
  const run = (statement: string) => sql.raw(`${statement} keywright_call`).execute(trx)
  const lose = (cause: unknown): TransactionLost => {
    state.lost ??= new TransactionLost({ cause })
    return state.lost
  }

  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    if (state.lost !== null) throw state.lost
    // SQLite begins a transaction with a savepoint where there is none, and Kysely 0.28.0 does not refuse to send it.
    if (transaction.isCommitted === true || transaction.isRolledBack === true) throw lose(new Error('It is over.'))
    try {
      await run('savepoint')
      // Where the transaction is over, this fails, before anything was written.
      if (forgetsSavepoints) await run('rollback to savepoint')
    } catch (cause) {
      throw lose(cause)
    }
    let result: T
    try {
      result = await work()
    } catch (error) {
      // If the engine has rolled back everything, the savepoint is gone, and what follows would be committed by itself.
      await run('rollback to savepoint').catch(() => lose(error))
      await run('release savepoint').catch(() => lose(error))
      // The work saw too little, or would meet the same writer again: trying again takes the whole transaction.
      if (isBusy(error)) lose(error)
      if (error instanceof TransactionLost) state.lost ??= error
      throw state.lost ?? error
    }
    try {
      await run('release savepoint')
      return result
    } catch (cause) {
      throw lose(cause)
    }
  }
  // At the end of a transaction, Kysely throws at once.
  const findConnection = async () => trx.getExecutor().provideConnection(async (connection) => connection)
  return async (work) => {
    const connection = await findConnection().catch((cause: unknown) => {
      throw lose(cause)
    })
    const turn = (lastOn.get(connection) ?? Promise.resolve()).then(() => attempt(work))
    lastOn.set(
      connection,
      turn.catch(() => {}),
    )
    return turn
  }
}
