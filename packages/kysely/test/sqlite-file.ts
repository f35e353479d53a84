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

/** A connection to a SQLite file: through Kysely, and through the driver for what the store would never do. */
export interface Connection {
  // biome-ignore lint/suspicious/noExplicitAny: any schema of a host
  readonly db: Kysely<any>
  readonly raw: Database.Database
}

/** An empty SQLite file in WAL mode, deleted after the test. `open` makes one more connection to it. */
export function sqliteFile(): { readonly path: string; open(options?: OpenOptions): Connection } {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'keys.sqlite')
  const open = ({ log, plugins = [] }: OpenOptions = {}): Connection => {
    const raw = new Database(path)
    raw.exec('pragma journal_mode = wal')
    raw.exec('pragma synchronous = off') // tests do not survive a power cut anyway
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
