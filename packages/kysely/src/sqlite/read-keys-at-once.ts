import type { Found, KeyStore } from '@keywright/core/store'
import type { Kysely, SqliteDatabase } from 'kysely'
import { dialects } from '../dialect/dialect.js'
import { type FoundRow, type KeyLookup, lookupPackedInFile } from '../dialect/key-lookup.js'
import { mayBeId, toFound } from '../store/key-reader.js'
import type { KeyTables } from '../tables/key-tables.js'

interface Caller {
  readonly id: string
  resolve(found: Found | null): void
  reject(error: unknown): void
}

/** How many keys one statement reads. */
const maxBatch = 64

/**
 * Reads keys over a connection that does nothing else. It answers without a promise, because SQLite takes less time than a turn of
 * the event loop; only what is asked for in one breath, as by `Promise.all`, shares a statement. As the connection is never within a
 * transaction, it sees all that was committed before the read, and nothing else.
 *
 * @param reader - Open on the file of `db`.
 * @param later - Reads a key with its last use, and whatever is asked for after `close`.
 */
export function readKeysAtOnce(
  reader: SqliteDatabase,
  db: Kysely<KeyTables>,
  { table, later }: { readonly table: 'api_keys'; readonly later: KeyStore['find'] },
): { readonly find: KeyStore['find']; close(): void } {
  const packed = lookupPackedInFile(dialects.sqlite.now)(db, table, 'id')
  const whole = dialects.sqlite.lookupBy(db, table, 'id')
  const readBy = (lookup: KeyLookup, ids: readonly string[]): readonly FoundRow[] => {
    const { sql, parameters } = lookup(ids, null)
    return reader.prepare(sql).all(parameters) as FoundRow[] // the columns that the statement names
  }
  const read = (ids: readonly string[]): readonly FoundRow[] => {
    try {
      return readBy(packed, ids)
    } catch {
      // One damaged key among them must not be in the way of the others. If it is the file, this fails as well.
      return readBy(whole, ids)
    }
  }
  // libsql goes on reading after the database was closed.
  let isOpen = true
  let isOneBreath = false
  let waiting: Caller[] = []
  const answer = (): void => {
    const callers = waiting
    waiting = []
    try {
      const rows = new Map(read(callers.map(({ id }) => id)).map((row) => [row.id, row]))
      for (const { id, resolve } of callers) resolve(toFound(rows.get(id)))
    } catch (error) {
      for (const { reject } of callers) reject(error)
    }
  }
  const endBreath = (): void => {
    isOneBreath = false
    if (waiting.length > 0) answer()
  }

  return {
    find: (id, wanted) => {
      if (!isOpen || wanted?.lastUse === true) return later(id, wanted)
      if (!mayBeId(id)) return null
      if (isOneBreath) {
        return new Promise((resolve, reject) => {
          waiting.push({ id, resolve, reject })
          if (waiting.length === maxBatch) answer()
        })
      }
      isOneBreath = true
      queueMicrotask(endBreath)
      try {
        return toFound(read([id])[0])
      } catch (error) {
        return Promise.reject(error)
      }
    },
    close: () => {
      if (isOpen) reader.close()
      isOpen = false
    },
  }
}
