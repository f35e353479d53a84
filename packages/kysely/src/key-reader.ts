import type { Found } from '@keywright/core/store'
import type { CompiledQuery, Kysely, RawBuilder, Selectable } from 'kysely'
import { readRow } from './columns.js'
import type { KeyTable, KeyTables } from './tables.js'

/** Reads keys by primary key. */
export interface KeyReader {
  find(id: string): Promise<Found | null>
}

type FoundRow = Selectable<KeyTable> & { readonly now: number }
type Statement = CompiledQuery<FoundRow>

interface Waiting {
  resolve(found: Found | null): void
  reject(error: unknown): void
}

/** The lengths of the lists that are asked for: few, so that few statements are compiled, and prepared, over and over. */
const lengths = [1, 4, 16, 64]
const longest = 64

/**
 * Makes the reader behind `KeyStore.find`. Those who ask in the same turn of the event loop share one statement. It is sent
 * after the last of them asked, so that none gets an answer older than its question: revocation stays strict (CONS-8).
 */
export function keyReader(db: Kysely<KeyTables>, table: 'api_keys', now: RawBuilder<number>): KeyReader {
  // Compiled once: building a statement costs more than running it.
  const statements = new Map(
    lengths.map((length): [number, Statement] => {
      const ids = Array<string>(length).fill('')
      const query = db.selectFrom(table).selectAll().select(now.as('now'))
      return [length, (length === 1 ? query.where('id', '=', '') : query.where('id', 'in', ids)).compile()]
    }),
  )
  let waiting = new Map<string, Waiting[]>()

  const readTogether = async (asked: ReadonlyMap<string, readonly Waiting[]>): Promise<void> => {
    const ids = [...asked.keys()]
    try {
      const length = lengths.find((one) => one >= ids.length) ?? longest
      const { parameters: _, ...statement } = statements.get(length) ?? neverCompiled()
      const parameters = Array.from({ length }, (_, index) => ids[Math.min(index, ids.length - 1)])
      const { rows } = await db.executeQuery<FoundRow>({ ...statement, parameters })
      const found = new Map(rows.map((row) => [row.id, row]))
      for (const [id, callers] of asked) for (const { resolve } of callers) resolve(foundIn(found.get(id)))
    } catch (error) {
      for (const callers of asked.values()) for (const { reject } of callers) reject(error)
    }
  }

  const send = (): void => {
    const asked = [...waiting]
    waiting = new Map()
    for (let start = 0; start < asked.length; start += longest) {
      void readTogether(new Map(asked.slice(start, start + longest)))
    }
  }

  return {
    find: (id) => {
      // What is no id of ours could make the statement fail for its neighbours, and belongs to no key.
      if (!/^[0-9A-Za-z]{1,64}$/.test(id)) return Promise.resolve(null)
      return new Promise((resolve, reject) => {
        if (waiting.size === 0) setImmediate(send)
        const callers = waiting.get(id)
        if (callers === undefined) waiting.set(id, [{ resolve, reject }])
        else callers.push({ resolve, reject })
      })
    },
  }
}

/** Each caller gets a record of its own. */
export function foundIn(row: FoundRow | undefined): Found | null {
  return row === undefined ? null : { record: readRow(row), now: new Date(Number(row.now)) }
}

function neverCompiled(): never {
  throw new Error('No statement of this length')
}
