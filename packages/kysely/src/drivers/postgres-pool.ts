import { InvalidOptions } from '@keywright/core'
import { checkNames, DeadlineExceeded, type NamesOf, withDeadline } from '@keywright/core/adapter'
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import { keepPrepared } from '../dialect/kept-statement.js'
import { hexOf } from '../tables/hex.js'
import { type PoolOptions, parseAnswerTimeout, poolOptionNames } from './answer-timeout.js'
import { surviveBreaks, type TellingPool } from './survive-breaks.js'

/** Options of {@link postgresPool}. */
export interface PostgresPoolOptions extends PoolOptions {
  /**
   * Whether each connection keeps the statement that reads keys prepared, so that the server does not parse and plan it each
   * time. Leave it off behind a pooler that gives each transaction another connection and does not support prepared
   * statements, such as a PgBouncer whose `max_prepared_statements` is 0 (the default before 1.24): the answers would be
   * right, but many statements would be sent twice. @defaultValue false
   */
  readonly prepare?: boolean | undefined
}

const optionNames: NamesOf<PostgresPoolOptions> = { ...poolOptionNames, prepare: true }

/** The part of `pg`'s `Pool` that {@link postgresPool} uses. */
export interface PgPool extends TellingPool {
  connect(): Promise<PgClient>
  end(): Promise<void>
}

/** The part of `pg`'s `PoolClient` that {@link postgresPool} uses. */
export interface PgClient extends PostgresPoolClient {
  readonly query: PostgresPoolClient['query'] & (<R>(statement: NamedStatement) => Promise<PostgresQueryResult<R>>)
  release(destroy?: boolean): void
}

interface NamedStatement {
  readonly name: string
  readonly text: string
  readonly values: readonly unknown[]
}

/**
 * Makes a `pg` pool survive broken and silent connections. Pass the result to Kysely's `PostgresDialect`.
 *
 * A connection that does not answer within `answerTimeoutMs` is closed and replaced. `pg`'s own `query_timeout` puts it back
 * into the pool, where it keeps the next caller waiting. If a connection breaks, only the statement that runs on it fails.
 * Without an `error` listener on each connection, which this adds, Node would end the process.
 *
 * Also set `connectionTimeoutMillis` and `idle_in_transaction_session_timeout` on the pool, so that the server releases the
 * locks of a client that has gone silent.
 *
 * @example
 * ```ts
 * const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, connectionTimeoutMillis: 2_000 })
 * const db = new Kysely<object>({ dialect: new PostgresDialect({ pool: postgresPool(pool, { prepare: true }) }) })
 * ```
 *
 * @throws {@link InvalidOptions} when an option is unknown, or `answerTimeoutMs` is not a whole number from 100 to 600000, or
 * `prepare` is no boolean.
 */
export function postgresPool(pool: PgPool, options: PostgresPoolOptions = {}): PostgresPool {
  checkNames(options, optionNames)
  const ms = parseAnswerTimeout(options)
  const { prepare = false } = options
  if (typeof prepare !== 'boolean') throw new InvalidOptions('prepare', 'a boolean')
  const sendKept = prepare ? sendPrepared() : sendOnce
  const known = new WeakMap<PgClient, PostgresPoolClient>()
  surviveBreaks(pool)
  return {
    connect: async () => {
      const client = await withDeadline(pool.connect(), ms, { late: (client) => client.release() })
      const limited = known.get(client) ?? withQueryTimeout(client, sendKept, ms)
      known.set(client, limited)
      return limited
    },
    end: () => pool.end(),
  }
}

type Send = <R>(client: PgClient, sql: string, parameters: readonly unknown[]) => Promise<PostgresQueryResult<R>>

const sendOnce: Send = (client, sql, parameters) => client.query(sql, parameters)

/**
 * What the server or a pooler answers where it does not have the statement that the driver believes to be prepared, or has one
 * that the driver does not know of: after `DISCARD ALL`, or behind a pooler that does not know prepared statements.
 */
const isOutOfStep: ReadonlySet<unknown> = new Set(['26000', '42P05'])

/**
 * Keeps statements prepared under a name made from their text: behind a pooler, all clients share the names, and each must get
 * the answer to its own statement. It is for reads outside of transactions, which may be sent again after an error.
 */
function sendPrepared(): Send {
  const names = new Map<string, Promise<string>>()
  let changes = 0
  const nameOf = (sql: string): Promise<string> => {
    const name = names.get(sql) ?? nameOfStatement(sql, changes)
    names.set(sql, name)
    return name
  }
  return async <R>(client: PgClient, sql: string, parameters: readonly unknown[]) => {
    const named = nameOf(sql)
    const name = await named
    try {
      return await client.query<R>({ name, text: sql, values: parameters })
    } catch (error) {
      if (isOutOfStep.has(codeOf(error))) return client.query<R>(sql, parameters)
      // "cached plan must not change result type", matched by code, since the text depends on the server's language.
      if (codeOf(error) !== '0A000') throw error
      // A migration has changed a column. From now on, the statement has a new name.
      if (names.get(sql) === named) {
        changes += 1
        names.delete(sql)
      }
      return client.query<R>(sql, parameters)
    }
  }
}

/** Within the 63 bytes of a name, beyond which PostgreSQL would cut it. */
async function nameOfStatement(sql: string, changes: number): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(sql))
  const hex = hexOf(new Uint8Array(digest)).slice(0, 32)
  return changes === 0 ? `keywright_${hex}` : `keywright_${hex}_${changes}`
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

/** A savepoint is not the end of its transaction. */
const begins = /^\s*(begin|start\s+transaction)\b/i
const ends = /^\s*(commit|end|abort|rollback(?!\s+(work\s+|transaction\s+)?to\b))\b/i

function withQueryTimeout(client: PgClient, sendKept: Send, ms: number): PostgresPoolClient {
  let timeout: DeadlineExceeded | null = null
  let isInTransaction = false
  const query = (sql: string, parameters: readonly unknown[]) => {
    // A statement that follows on a silent connection, such as a rollback, must not wait as long again.
    if (timeout !== null) return Promise.reject(timeout)
    if (begins.test(sql)) isInTransaction = true
    else if (ends.test(sql)) isInTransaction = false
    // A prepared statement that the server does not have would end the transaction.
    const send = !isInTransaction && sql.endsWith(keepPrepared) ? sendKept : sendOnce
    return withDeadline(send(client, sql, parameters), ms).catch((error: unknown) => {
      if (error instanceof DeadlineExceeded) timeout = error
      throw error
    })
  }
  return {
    // A statement is a string. Anything else is a cursor, which has no limit: its reader sets the pace.
    query: ((statement: never, parameters: never) =>
      typeof statement === 'string' ? query(statement, parameters) : client.query(statement)) as PgClient['query'], // both overloads in one function
    release: () => client.release(timeout !== null),
  }
}
