import type { Found } from '@keywright/core/store'
import type { CompiledQuery, Kysely } from 'kysely'
import type { FoundRow, KeyLookupBy } from '../dialect/key-lookup.js'
import { refuseOutdated, type ServerGuard } from '../dialect/server-guard.js'
import { parseRow, type SparseColumns, sparseDefaults } from '../tables/columns.js'
import type { KeyTables } from '../tables/key-tables.js'
import { instantOf } from '../tables/whole-number.js'

/** The reads of a verification. Each is given the guard of its server; callers that wait together are given the same. */
export interface KeyReader {
  find(id: string, guard: ServerGuard | null): Promise<Found | null>
  findByLookupDigest(digests: readonly string[], guard: ServerGuard | null): Promise<Found | null>
}

type RefuseRows = (rows: readonly FoundRow[]) => void

/** The callers that wait for one key. */
interface Waiting {
  readonly guard: ServerGuard | null
  readonly since: number
  readonly callers: { resolve(found: Found | null): void; reject(error: unknown): void }[]
}

/** How many keys one statement reads at most. */
const maxBatch = 64
/** How many statements run at a time. Later callers share the next one, and the rest of the pool is left to the host. */
const maxRunning = 4
/** A caller that has waited longer is rejected: the answer would come too late, and delay the answers to others. */
const maxWaitMs = 1_000
/** A statement that takes longer no longer counts as running: its connection may never answer. */
const maxTurnMs = 1_000
/** How many ids may wait. Beyond that, callers are rejected at once. */
const maxWaiting = 10_000

/**
 * Makes the reader behind `KeyStore.find`. Callers that ask in the same turn of the event loop, or while the database is slow,
 * share one statement. It is sent after the last of them has asked, so that no answer is older than its question: a revoked
 * key is refused from the next request on. While callers come one by one, none waits for the other events of its turn.
 *
 * @param refuse - Throws where an answer may be outdated, by what the guard had the server say.
 */
export function keyReader(
  db: Kysely<KeyTables>,
  table: 'api_keys',
  lookupBy: KeyLookupBy,
  refuse: RefuseRows = refuseOutdated,
): KeyReader {
  const byId = lookupBy(db, table, 'id')
  const byLookupDigest = lookupBy(db, table, 'lookup_digest')
  let waiting = new Map<string, Waiting>()
  let running = 0
  let comeAlone = false

  const read = async (asked: ReadonlyMap<string, Waiting>, guard: ServerGuard | null): Promise<void> => {
    try {
      const rows = await loadRows(db, byId([...asked.keys()], guard), guard === null ? null : refuse)
      const found = new Map(rows.map((row) => [row.id, row]))
      for (const [id, { callers }] of asked) for (const { resolve } of callers) resolve(toFound(found.get(id)))
    } catch (error) {
      rejectAll(asked.values(), error)
    }
  }

  const send = (): void => {
    while (running < maxRunning && waiting.size > 0) {
      const [asked, others] = takeBatch(waiting)
      waiting = others
      const [first] = asked.values()
      if (first === undefined) continue
      comeAlone = asked.size === 1 && first.callers.length === 1
      running += 1
      let isOver = false
      const endTurn = (): void => {
        if (isOver) return
        isOver = true
        running -= 1
        send()
      }
      const turn = setTimeout(endTurn, maxTurnMs).unref()
      void read(asked, first.guard).finally(() => {
        clearTimeout(turn)
        endTurn()
      })
    }
  }

  return {
    find: (id, guard) => {
      if (!mayBeId(id)) return Promise.resolve(null)
      if (waiting.size >= maxWaiting) return Promise.reject(new Error('Too many keys are waiting to be read'))
      return new Promise((resolve, reject) => {
        const isFirst = waiting.size === 0
        const others = waiting.get(id)
        if (others === undefined) waiting.set(id, { guard, since: performance.now(), callers: [{ resolve, reject }] })
        else others.callers.push({ resolve, reject })
        if (!isFirst) return
        if (comeAlone && running === 0) process.nextTick(send)
        else setImmediate(send)
      })
    },

    findByLookupDigest: async (digests, guard) => {
      if (digests.length === 0) return null
      const [row] = await loadRows(db, byLookupDigest(digests, guard), guard === null ? null : refuse)
      return toFound(row)
    },
  }
}

/** Text that cannot be an id belongs to no key, and could make the statement fail for the other callers. */
export function mayBeId(id: string): boolean {
  return /^[0-9A-Za-z]{1,64}$/.test(id)
}

/** Takes the next ids to ask for, and rejects those that have waited too long. */
function takeBatch(
  waiting: Map<string, Waiting>,
): readonly [asked: Map<string, Waiting>, others: Map<string, Waiting>] {
  const asked = new Map<string, Waiting>()
  const tooOld = performance.now() - maxWaitMs
  for (const [id, one] of waiting) {
    if (asked.size === maxBatch) break
    waiting.delete(id)
    if (one.since > tooOld) asked.set(id, one)
    else rejectAll([one], new Error('The database is too slow: a key was not read within 1 second'))
  }
  // An old map keeps its former entries away from the quick garbage collection, so replace it once it is empty.
  return [asked, waiting.size > 0 ? waiting : new Map()]
}

function rejectAll(waiting: Iterable<Waiting>, error: unknown): void {
  for (const { callers } of waiting) for (const { reject } of callers) reject(error)
}

/** @throws {@link StoreUnavailable} when the server's answer may be outdated, or is none. */
async function loadRows(
  db: Kysely<KeyTables>,
  statement: CompiledQuery<FoundRow>,
  refuse: RefuseRows | null,
): Promise<readonly FoundRow[]> {
  const { rows } = await db.executeQuery(statement)
  refuse?.(rows)
  return rows
}

/** Makes a new record for each caller. */
export function toFound(row: FoundRow | undefined): Found | null {
  // A server that knows no such key returns a row with its clock alone.
  if (row === undefined || row.id === null) return null
  return { record: parseRow(row, sparseColumnsOf(row)), now: instantOf(row.now, 'now') }
}

function sparseColumnsOf(row: FoundRow): SparseColumns {
  if (row.rest === undefined) return row
  return row.rest === null ? sparseDefaults : JSON.parse(row.rest)
}
