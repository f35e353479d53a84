import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, type KyselyPlugin, type LogEvent, SqliteDialect } from 'kysely'
import Database from 'libsql'
import { onTestFinished } from 'vitest'
import { kyselyStore, libsqlDatabase, migrateToLatest } from '../src/index.js'
import { keyringOver } from './keyring-over.js'

export interface OpenOptions {
  readonly log?: (event: LogEvent) => void
  readonly plugins?: KyselyPlugin[]
}

/** A connection to a SQLite file: Kysely's, and the driver's own for what the store would never do. */
export interface Connection {
  // biome-ignore lint/suspicious/noExplicitAny: a host's schema, whatever it is
  readonly db: Kysely<any>
  readonly raw: Database.Database
}

/** An empty SQLite file in WAL mode, gone with the test; `open` gives one more connection to it. */
export function sqliteFile(): { readonly path: string; open(options?: OpenOptions): Connection } {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'keys.sqlite')
  const open = ({ log, plugins = [] }: OpenOptions = {}): Connection => {
    const raw = new Database(path)
    raw.exec('pragma journal_mode = wal')
    raw.exec('pragma synchronous = off') // no test outlives a power cut
    const dialect = new SqliteDialect({ database: libsqlDatabase(raw) })
    const db = new Kysely<object>({ dialect, plugins, ...(log === undefined ? {} : { log }) })
    onTestFinished(() => {
      raw.close()
    })
    return { db, raw }
  }
  return { path, open }
}

/** A file with its tables, and a keyring over it. */
export async function keyringOnFile(options: OpenOptions = {}) {
  const file = sqliteFile()
  const connection = file.open(options)
  await migrateToLatest(connection.db)
  return { ...file, ...connection, ...keyringOver(kyselyStore(connection.db)) }
}
