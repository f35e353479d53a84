import { type Kysely, sql } from 'kysely'
import { hexOf } from '../tables/hex.js'
import type { KeyTables } from '../tables/key-tables.js'
import type { Dialect } from './dialect.js'

/**
 * Tries whether this store can work over the connections of `db`. Returns a message that says what is wrong and what to do, or
 * `null`.
 *
 * @throws The driver's error when the database cannot be reached.
 */
export function loadConnectionProblem(db: Kysely<KeyTables>, { name }: Dialect): Promise<string | null> {
  if (name === 'sqlite') return findLibsqlClient(db)
  return name === 'mysql' ? loadChangedText(db) : Promise.resolve(null)
}

/** Some of the letters that connections change: of Latin-1, of three and of four bytes. */
const letters = 'Zürich 漢字 🙂 '
const sent = `${letters}\\`

/** Asks for a text back, and for its bytes, since two mistakes can hide each other. */
async function loadChangedText(db: Kysely<KeyTables>): Promise<string | null> {
  const { rows } = await sql<{ text: unknown; bytes: unknown }>`
    select ${sent} as text, hex(convert(${sent} using utf8mb4)) as bytes`.execute(db)
  const { text, bytes } = rows[0] ?? {}
  const ours = hexOf(new TextEncoder().encode(sent)).toUpperCase()
  if (text === sent && bytes === ours) return null
  const doubled = `${letters}\\\\`
  if (text === doubled) {
    // The driver guards quotes with backslashes: there, a quote in a name would end the text, and the rest would be SQL.
    return 'The connection has the SQL mode NO_BACKSLASH_ESCAPES, under which mysql2 sends text that can be read as SQL. Take it out of sql_mode.'
  }
  return "The connection changes letters outside of its character set, and so the audit log. Set the pool's charset to utf8mb4."
}

/**
 * Recognises a connection over `@libsql/client` by what that has: its statements outside of Kysely's transactions can each go
 * to another connection, and writers on several connections of one thread wait for each other in vain.
 */
async function findLibsqlClient(db: Kysely<KeyTables>): Promise<string | null> {
  const isLibsqlClient = await db.getExecutor().provideConnection(async (connection) => {
    const { client } = connection as { readonly client?: { readonly protocol?: unknown } | null } // read, not trusted
    return typeof client?.protocol === 'string'
  })
  return isLibsqlClient
    ? "db is over @libsql/client, on which several changes at once wait for each other in vain. Give Kysely's SqliteDialect a database of the package libsql instead, wrapped in libsqlDatabase; over HTTP, take libsqlHttpStore of @keywright/d1."
    : null
}
