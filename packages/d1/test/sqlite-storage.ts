import type Database from 'libsql'
import type { DurableObjectStorageLike } from '../src/index.js'

/** A SQLite database as a Durable Object would have it: libsql takes no numbered parameters. */
export function storageOver(database: Database.Database): DurableObjectStorageLike {
  return {
    sql: {
      exec: (text, ...bound) => {
        const values: unknown[] = []
        const statement = database.prepare(
          text.replace(/\?(\d+)/g, (_, place) => {
            values.push(bound[Number(place) - 1])
            return '?'
          }),
        )
        const rows = statement.reader ? statement.all(...values) : []
        if (!statement.reader) statement.run(...values)
        return { toArray: () => rows }
      },
    },
    transactionSync: (work) => database.transaction(work)(),
  }
}
