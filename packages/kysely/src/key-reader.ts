import type { Found } from '@keywright/core/store'
import type { CompiledQuery, Kysely } from 'kysely'
import { type Rest, readRow, usual } from './columns.js'
import type { FoundRow, KeyLookupBy } from './key-lookup.js'
import type { KeyTables } from './tables.js'

/** Reads keys. */
export interface KeyReader {
  find(id: string): Promise<Found | null>
  findByLookupDigest(digests: readonly string[]): Promise<Found | null>
}

interface Waiting {
  readonly since: number
  readonly callers: { resolve(found: Found | null): void; reject(error: unknown): void }[]
}

/** Keys that one statement reads. */
const atOnce = 64
/** Statements at a time. Who asks meanwhile shares the next one, and the rest of the pool is the host's (FI-4, FI-5). */
const maxUnderWay = 4
/** Who waited longer for a turn is refused: the answer would come too late, and delay those of others. */
const maxWaitMs = 1_000
/** A statement that takes longer gives its turn away: its connection may never answer again. */
const maxTurnMs = 1_000
/** Ids that wait; more are refused at once. */
const maxWaiting = 10_000

/**
 * Makes the reader behind `KeyStore.find`. Those who ask in the same turn of the event loop, or while the database is slow,
 * share one statement. It is sent after the last of them asked, so that none gets an answer older than its question:
 * revocation stays strict (CONS-8).
 */
export function keyReader(db: Kysely<KeyTables>, table: 'api_keys', lookupBy: KeyLookupBy): KeyReader {
  const byId = lookupBy(db, table, 'id')
  const byLookupDigest = lookupBy(db, table, 'lookup_digest')
  let waiting = new Map<string, Waiting>()
  let underWay = 0

  const read = async (asked: ReadonlyMap<string, Waiting>): Promise<void> => {
    try {
      const rows = await rowsOf(db, byId([...asked.keys()]))
      const found = new Map(rows.map((row) => [row.id, row]))
      for (const [id, { callers }] of asked) for (const { resolve } of callers) resolve(foundIn(found.get(id)))
    } catch (error) {
      refuse(asked.values(), error)
    }
  }

  const send = (): void => {
    while (underWay < maxUnderWay && waiting.size > 0) {
      const [asked, others] = takeTurn(waiting)
      waiting = others
      if (asked.size === 0) continue
      underWay += 1
      let isOver = false
      const endTurn = (): void => {
        if (isOver) return
        isOver = true
        underWay -= 1
        send()
      }
      const turn = setTimeout(endTurn, maxTurnMs).unref()
      void read(asked).finally(() => {
        clearTimeout(turn)
        endTurn()
      })
    }
  }

  return {
    find: (id) => {
      // What is no id of ours could make the statement fail for its neighbours, and belongs to no key.
      if (!/^[0-9A-Za-z]{1,64}$/.test(id)) return Promise.resolve(null)
      if (waiting.size >= maxWaiting) return Promise.reject(new Error('Too many keys wait to be read'))
      return new Promise((resolve, reject) => {
        if (waiting.size === 0) setImmediate(send)
        const others = waiting.get(id)
        if (others === undefined) waiting.set(id, { since: performance.now(), callers: [{ resolve, reject }] })
        else others.callers.push({ resolve, reject })
      })
    },

    findByLookupDigest: async (digests) => {
      if (digests.length === 0) return null
      const [row] = await rowsOf(db, byLookupDigest(digests))
      return foundIn(row)
    },
  }
}

/** The next ids to ask for, and the others; those who waited too long are refused. */
function takeTurn(waiting: Map<string, Waiting>): readonly [asked: Map<string, Waiting>, others: Map<string, Waiting>] {
  const asked = new Map<string, Waiting>()
  const tooOld = performance.now() - maxWaitMs
  for (const [id, one] of waiting) {
    if (asked.size === atOnce) break
    waiting.delete(id)
    if (one.since > tooOld) asked.set(id, one)
    else refuse([one], new Error('The database is too slow'))
  }
  // A map that lives on keeps what it once held from the garbage collector's quick passes: its old tables point to each other.
  return [asked, waiting.size > 0 ? waiting : new Map()]
}

function refuse(waiting: Iterable<Waiting>, error: unknown): void {
  for (const { callers } of waiting) for (const { reject } of callers) reject(error)
}

/** @throws Error for an answer that may be older than the question. */
async function rowsOf(db: Kysely<KeyTables>, statement: CompiledQuery<FoundRow>): Promise<readonly FoundRow[]> {
  const { rows } = await db.executeQuery(statement)
  if (rows[0]?.now === null) throw new Error('The server is in recovery: it may not know yet what was revoked')
  return rows
}

/** Each caller gets a record of its own. */
function foundIn(row: FoundRow | undefined): Found | null {
  // A join that met no key is a row without one.
  if (row === undefined || row.id === null) return null
  return { record: readRow(row, restOf(row)), now: new Date(Number(row.now)) }
}

function restOf(row: FoundRow): Rest {
  if (row.rest === undefined) return row
  return row.rest === null ? usual : JSON.parse(row.rest)
}
