import type { PostgresPool, PostgresPoolClient } from 'kysely'
import { inTime, NoAnswer, type PoolOptions, readAnswerTimeout } from './in-time.js'

/** What {@link postgresPool} needs of `pg`'s `Pool`. */
export interface PgPool {
  connect(): Promise<PgClient>
  end(): Promise<void>
  on(event: 'error', listener: () => void): unknown
}

/** What {@link postgresPool} needs of `pg`'s `PoolClient`. */
export interface PgClient extends PostgresPoolClient {
  release(destroy?: boolean): void
  on(event: 'error', listener: () => void): unknown
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
export function postgresPool(pool: PgPool, options: PoolOptions = {}): PostgresPool {
  const ms = readAnswerTimeout(options)
  const known = new WeakMap<PgClient, PostgresPoolClient>()
  pool.on('error', ignore)
  return {
    connect: async () => {
      const client = await inTime(pool.connect(), ms, (late) => late.release())
      let guarded = known.get(client)
      if (guarded === undefined) {
        client.on('error', ignore)
        guarded = closedWhenSilent(client, ms)
        known.set(client, guarded)
      }
      return guarded
    },
    end: () => pool.end(),
  }
}

/** The pool replaces the connection by itself; whoever uses it is told by the statement that failed. */
function ignore(): void {}

function closedWhenSilent(client: PgClient, ms: number): PostgresPoolClient {
  let silence: NoAnswer | null = null
  const query = (sql: string, parameters: readonly unknown[]) => {
    // What follows on a silent connection, such as a rollback, must not wait as long again.
    if (silence !== null) return Promise.reject(silence)
    return inTime(client.query(sql, parameters), ms).catch((error: unknown) => {
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
