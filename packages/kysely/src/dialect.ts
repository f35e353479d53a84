import { type Kysely, type RawBuilder, sql } from 'kysely'
import { isSqliteBusy } from './sqlite-busy.js'

/** All in which the engines differ, for this store. */
export interface Dialect {
  readonly name: 'sqlite'
  /** The engine's clock, in milliseconds since 1970. */
  readonly now: RawBuilder<number>
  /** A text column that compares and sorts by bytes: ids differ by case. */
  text(length: number): RawBuilder<unknown>
  /** A text column for JSON, hashes and sealed tokens. */
  readonly longText: RawBuilder<unknown>
  /** Whether an error says that another writer was in the way, and nothing was changed. */
  isBusy(error: unknown): boolean
}

const sqlite: Dialect = {
  name: 'sqlite',
  // julianday counts whole milliseconds inside; rounding takes away what the division by a day adds.
  now: sql<number>`cast(round((julianday('now') - 2440587.5) * 86400000) as integer)`,
  text: (length) => sql.raw(`varchar(${length})`),
  longText: sql.raw('text'),
  isBusy: isSqliteBusy,
}

/**
 * Finds out which engine a Kysely instance talks to.
 *
 * @throws TypeError for an engine that this store does not know.
 */
export function dialectOf(db: Pick<Kysely<unknown>, 'getExecutor'>): Dialect {
  const adapter = db.getExecutor().adapter.constructor.name
  if (adapter === 'SqliteAdapter') return sqlite
  throw new TypeError(`kyselyStore does not know the dialect of ${adapter}`)
}
