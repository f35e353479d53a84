import { InvalidOptions, OutcomeUnknown } from '@keywright/core'
import { compile, type Sql } from '../sql/sql.js'
import { changeInTwoBatches, messageOf } from './change-in-two-batches.js'
import type { Database, Row, Rows } from './database.js'

/** What the store uses of the binding of a D1 database, such as `env.DB`. */
export interface D1Like {
  withSession(constraint: 'first-primary'): D1SessionLike
}

/** What it uses of a session. */
export interface D1SessionLike {
  prepare(text: string): D1StatementLike
  batch<T>(statements: D1StatementLike[]): Promise<readonly { readonly results: T[] }[]>
}

/** What it uses of a statement. */
export interface D1StatementLike {
  bind(...values: unknown[]): D1StatementLike
}

/**
 * D1 runs a batch as a transaction, and can ask nothing in between. So a change reads in one batch and writes in another, and begins
 * anew if a constraint shows that somebody else has written meanwhile.
 *
 * @throws {@link InvalidOptions} when `db` is not the binding.
 */
export function d1Database(db: D1Like): Database {
  if (typeof db?.withSession !== 'function')
    throw new InvalidOptions('db', 'the binding of a D1 database, such as env.DB', notTheBinding)
  const send = async (statements: readonly Sql[]): Promise<() => Promise<Rows>> => {
    // A session for each call: its first statement goes to the primary, those after it may go to a replica.
    const session = db.withSession('first-primary')
    const prepared = statements.map(compile).map(({ text, bound }) => session.prepare(text).bind(...bound))
    return async () => rowsOf(await session.batch<Row>(prepared), prepared.length)
  }
  const read: Database['read'] = async (statements) => (await send(statements))()
  const write: Database['write'] = async (statements) => {
    const run = await send(statements)
    return run().catch((cause: unknown) => {
      // What SQLite has refused was rolled back. Of a connection that was lost, nobody knows.
      throw /SQLITE_|constraint failed/.test(messageOf(cause)) ? cause : new OutcomeUnknown({ cause })
    })
  }
  return { read, write, change: changeInTwoBatches({ read, write }) }
}

/** An answer that lacks one would be taken for one that finds nothing. */
function rowsOf(answers: Awaited<ReturnType<D1SessionLike['batch']>>, count: number): Rows {
  const isWhole =
    Array.isArray(answers) && answers.length === count && answers.every((one) => Array.isArray(one?.results))
  if (!isWhole) throw new Error('D1 did not answer each statement of a batch')
  return answers.map(({ results }) => results as readonly Row[]) // as the columns are named
}

const notTheBinding =
  'db must be the binding of a D1 database, such as env.DB: no session, which may read from a replica.'
