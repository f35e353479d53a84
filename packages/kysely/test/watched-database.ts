import type { CompiledQuery, Kysely, LogEvent } from 'kysely'
import { afterAll } from 'vitest'
import { migrateToLatest } from '../src/index.js'
import { dropTables, newPrefix } from './drop-tables.js'
import { connect, type Engine } from './engines.js'

/** A database with tables of its own, until the file has ended, and what is sent to it. */
export interface WatchedDatabase {
  readonly db: Kysely<object>
  readonly tablePrefix: string
  /** In order. Empty it to see what comes from then on. */
  readonly statements: CompiledQuery[]
}

/** Opens an engine; `null` where nothing answers: engines.test.ts says which, and fails where all must be there. */
export async function watchedDatabase(engine: Engine): Promise<WatchedDatabase | null> {
  const statements: CompiledQuery[] = []
  const log = ({ query }: LogEvent) => {
    statements.push(query)
  }
  const db = await connect(engine, { log })
  if (db === null) return null
  const tablePrefix = newPrefix()
  afterAll(async () => {
    await dropTables(db, tablePrefix)
    await db.destroy()
  })
  await migrateToLatest(db, { tablePrefix })
  return { db, tablePrefix, statements }
}
