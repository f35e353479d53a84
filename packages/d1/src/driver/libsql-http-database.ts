import { InvalidOptions, OutcomeUnknown } from '@keywright/core'
import { compile, type Sql } from '../sql/sql.js'
import { changeInTwoBatches, messageOf } from './change-in-two-batches.js'
import type { Database, Row, Rows } from './database.js'
import { pause } from './pause.js'

/** What the store uses of a client of `@libsql/client` over HTTP, such as `createClient({ url: 'libsql://…', authToken })`. */
export interface LibsqlHttpLike {
  /** `http`. */
  readonly protocol: string
  batch(statements: LibsqlStatement[], mode: 'write'): Promise<readonly LibsqlResult[]>
}

/** A statement, and what is bound to it. */
export interface LibsqlStatement {
  readonly sql: string
  readonly args: (string | number | null)[]
}

/** What a statement returned. */
export interface LibsqlResult {
  readonly columns: readonly string[]
  readonly rows: readonly { readonly [column: number]: unknown }[]
}

/**
 * A server that replicates another answers by itself what writes nothing, also within a transaction for writing, and may not know yet
 * what was revoked. So each batch of reads begins with a statement that only the primary may carry out, which does nothing.
 */
const atPrimary: LibsqlStatement = { sql: 'delete from api_key_migrations where 1 = 0', args: [] }

/** The same where the primary has no such table, before the first migration or after it was lost. A replica may have old keys still. */
const atPrimaryWithoutTables: LibsqlStatement = { sql: 'drop table if exists api_key_no_such_table', args: [] }

/** What only a client answers with that binds the values of a batch, and gives rows by the place of a column. */
const asked = 'what a batch binds'
const probe: LibsqlStatement = { sql: 'select ?1 as bound', args: [asked] }

/** How often a read that met a writer is tried again: it takes the lock of writers. The server itself lets it wait before. */
const readRetries = 7

/**
 * libSQL runs a batch as a transaction. Over HTTP, a lock that is held while a program decides is lost with one answer, so a change
 * reads in one batch and writes in another.
 *
 * @throws {@link InvalidOptions} when `client` is no client over HTTP. Each call rejects with it when the first answer shows that it is not
 * that of `@libsql/client`.
 */
export function libsqlHttpDatabase(client: LibsqlHttpLike): Database {
  if (typeof client?.batch !== 'function' || client.protocol !== 'http')
    throw new InvalidOptions('client', 'a client of @libsql/client over HTTP', notOverHttp)
  let isProven = false
  const send = async (statements: readonly LibsqlStatement[]): Promise<Rows> => {
    const results = await client.batch([...statements], 'write')
    // An answer that lacks one would be taken for one that finds nothing.
    if (isWhole(results, statements.length)) return rowsOf(results)
    throw isProven ? new Error('libSQL did not answer each statement of a batch') : otherClient()
  }
  const readFrom = async (primary: LibsqlStatement, statements: readonly Sql[]): Promise<Rows> => {
    const before = isProven ? [primary] : [primary, probe]
    const rows = await send([...before, ...statements.map(statementOf)])
    if (!isProven && rows[1]?.[0]?.bound !== asked) throw otherClient()
    isProven = true
    return rows.slice(before.length)
  }
  const readOnce: Database['read'] = (statements) =>
    readFrom(atPrimary, statements).catch((error: unknown) => {
      if (!messageOf(error).includes('no such table: api_key_migrations')) throw error
      return readFrom(atPrimaryWithoutTables, statements)
    })
  const read: Database['read'] = async (statements) => {
    for (let tried = 0; ; tried += 1) {
      try {
        return await readOnce(statements)
      } catch (error) {
        if (!isBusy(error) || tried === readRetries) throw error
      }
      await pause(tried)
    }
  }
  const write: Database['write'] = async (statements) => {
    if (!isProven) await read([])
    return send(statements.map(statementOf)).catch((cause: unknown) => {
      // What SQLite has refused was rolled back. Of a connection that was lost, nobody knows.
      throw wasRefused(cause) ? cause : new OutcomeUnknown({ cause })
    })
  }
  return { read, write, change: changeInTwoBatches({ read, write }, isBusy) }
}

function statementOf(statement: Sql): LibsqlStatement {
  const { text, bound } = compile(statement)
  return { sql: text, args: [...bound] }
}

function isWhole(results: unknown, count: number): boolean {
  return Array.isArray(results) && results.length === count && results.every((one) => Array.isArray(one?.rows))
}

function rowsOf(results: readonly LibsqlResult[]): Rows {
  return results.map(({ columns, rows }) =>
    rows.map((row): Row => Object.fromEntries(columns.map((name, at) => [name, row[at]]))),
  )
}

function wasRefused(error: unknown): boolean {
  return /^SQLITE_|: SQLITE_|constraint failed/.test(messageOf(error))
}

function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(messageOf(error))
}

const notOverHttp =
  'client must be a client of @libsql/client over HTTP: createClient with a url that begins with libsql:, https: or http:. A file goes through @keywright/kysely; an embedded replica (syncUrl) is outdated, and refused everywhere.'

function otherClient(): InvalidOptions {
  return new InvalidOptions('client', 'a client of @libsql/client over HTTP', notOfLibsql)
}

const notOfLibsql =
  'client must be a client of @libsql/client over HTTP: this one binds no values in a batch, or returns rows by name alone, as @tursodatabase/serverless/compat does. Nothing was written.'
