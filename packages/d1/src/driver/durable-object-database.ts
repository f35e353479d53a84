import { InvalidOptions } from '@keywright/core'
import { compile, type Sql } from '../sql/sql.js'
import type { Database, Row, Rows } from './database.js'

/** What the store uses of the storage of a Durable Object with SQLite, `ctx.storage`. */
export interface DurableObjectStorageLike {
  readonly sql: { exec(text: string, ...values: unknown[]): { toArray(): unknown[] } }
  transactionSync<T>(work: () => T): T
}

/**
 * SQLite within the object itself: nothing else runs while it reads, decides and writes.
 *
 * @throws {@link InvalidOptions} when `storage` is not that of such an object.
 */
export function durableObjectDatabase(storage: DurableObjectStorageLike): Database {
  if (typeof storage?.transactionSync !== 'function')
    throw new InvalidOptions('storage', 'ctx.storage of a Durable Object in new_sqlite_classes')
  const run = (statements: readonly Sql[]): Rows =>
    statements.map(compile).map(({ text, bound }) => storage.sql.exec(text, ...bound).toArray() as Row[]) // as SQLite names them
  const runAtOnce = async (statements: readonly Sql[]): Promise<Rows> => storage.transactionSync(() => run(statements))
  return {
    read: runAtOnce,
    write: runAtOnce,
    async change(reads, plan) {
      return storage.transactionSync(() => {
        const { writes, result } = plan(run(reads))
        run(writes)
        return result
      })
    },
  }
}
