import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import { inTime, NoAnswer, type PoolOptions, readAnswerTimeout } from './in-time.js'
import { keepPrepared } from './kept-statement.js'

/** Options of {@link postgresPool}. */
export interface PostgresPoolOptions extends PoolOptions {
  /**
   * Whether each connection keeps the statements that read keys, in place of parsing and planning it each time. Leave it
   * off behind a pooler that gives each transaction another connection and knows nothing of prepared statements, such as
   * a PgBouncer whose `max_prepared_statements` is 0, as it is by default before 1.24. @defaultValue false
   */
  readonly prepare?: boolean | undefined
}

/** What {@link postgresPool} needs of `pg`'s `Pool`. */
export interface PgPool {
  connect(): Promise<PgClient>
  end(): Promise<void>
  on(event: 'error', listener: () => void): unknown
}

/** What {@link postgresPool} needs of `pg`'s `PoolClient`. */
export interface PgClient extends PostgresPoolClient {
  readonly query: PostgresPoolClient['query'] & (<R>(statement: NamedStatement) => Promise<PostgresQueryResult<R>>)
  release(destroy?: boolean): void
  on(event: 'error', listener: () => void): unknown
}

interface NamedStatement {
  readonly name: string
  readonly text: string
  readonly values: readonly unknown[]
}

/**
 * Makes a `pg` pool outlive its connections: pass what this returns to Kysely's `PostgresDialect`.
 *
 * A connection that gives no answer in time is closed, and replaced; `pg`'s own `query_timeout` puts it back into the pool,
 * where it keeps the next caller waiting (FI-3). A connection that is cut fails the statement that runs on it, and no more:
 * without a listener on it, Node would end the process (FI-2).
 *
 * Set `connectionTimeoutMillis` on the pool as well, and `idle_in_transaction_session_timeout`, so that the server frees the
 * locks of a client that went silent.
 *
 * @throws TypeError for a time that is none.
 */
export function postgresPool(pool: PgPool, options: PostgresPoolOptions = {}): PostgresPool {
  const ms = readAnswerTimeout(options)
  const send = options.prepare === true ? sendPrepared(new Map()) : sendOnce
  const known = new WeakMap<PgClient, PostgresPoolClient>()
  pool.on('error', ignore)
  return {
    connect: async () => {
      const client = await inTime(pool.connect(), ms, (late) => late.release())
      let guarded = known.get(client)
      if (guarded === undefined) {
        client.on('error', ignore)
        guarded = closedWhenSilent(client, send, ms)
        known.set(client, guarded)
      }
      return guarded
    },
    end: () => pool.end(),
  }
}

/** The pool replaces the connection by itself; whoever uses it is told by the statement that failed. */
function ignore(): void {}

type Send = <R>(client: PgClient, sql: string, parameters: readonly unknown[]) => Promise<PostgresQueryResult<R>>

const sendOnce: Send = (client, sql, parameters) => client.query(sql, parameters)

/** @param names - Of the statements that are kept: they are few, and the same on each connection. */
function sendPrepared(names: Map<string, string>): Send {
  let named = 0
  const nameOf = (sql: string): string => {
    const name = names.get(sql) ?? `keywright_${named++}`
    names.set(sql, name)
    return name
  }
  return async <R>(client: PgClient, sql: string, parameters: readonly unknown[]) => {
    if (!sql.endsWith(keepPrepared)) return client.query<R>(sql, parameters)
    const name = nameOf(sql)
    try {
      return await client.query<R>({ name, text: sql, values: parameters })
    } catch (error) {
      // `discard all`, say by whoever had the connection before; the driver still holds it for prepared.
      if (codeOf(error) === '26000') return client.query<R>(sql, parameters)
      // "cached plan must not change result type", in whatever language the server speaks.
      if (codeOf(error) !== '0A000') throw error
      // A migration has changed a column: from here on, under a new name.
      if (names.get(sql) === name) names.delete(sql)
      return client.query<R>({ name: nameOf(sql), text: sql, values: parameters })
    }
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

function closedWhenSilent(client: PgClient, send: Send, ms: number): PostgresPoolClient {
  let silence: NoAnswer | null = null
  const query = (sql: string, parameters: readonly unknown[]) => {
    // What follows on a silent connection, such as a rollback, must not wait as long again.
    if (silence !== null) return Promise.reject(silence)
    return inTime(send(client, sql, parameters), ms).catch((error: unknown) => {
      if (error instanceof NoAnswer) silence = error
      throw error
    })
  }
  return {
    // A statement comes with its parameters; a cursor alone, and is read at its reader's own pace.
    query: ((statement: never, parameters: never) =>
      typeof statement === 'string' ? query(statement, parameters) : client.query(statement)) as PgClient['query'],
    release: () => client.release(silence !== null),
  }
}
