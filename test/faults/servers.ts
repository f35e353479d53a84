import type { Kysely, LogConfig } from 'kysely'
import { describe, expect, it } from 'vitest'
import { connect, engines } from '../../packages/kysely/test/engines.js'
import { openMariaDb, openPostgres } from '../../packages/kysely/test/open-database.js'
import { testsEverything } from '../support/everything.js'

/** How a host opens its pool, as far as tests differ in it. */
export interface PoolShape {
  /** Connections. @defaultValue 10 */
  readonly max?: number
  /** @defaultValue 5000 */
  readonly answerTimeoutMs?: number
  /** How long a new connection may take. @defaultValue 20000: a busy machine is slow */
  readonly connectTimeoutMs?: number
  /** Run on each new connection, before anything else. */
  readonly onConnect?: () => string
  readonly kyselyLog?: LogConfig
}

/** A pool of connections, as Kysely sees it. */
export interface OpenPool {
  readonly db: Kysely<object>
  /** Connections that the pool has, good or bad. */
  size(): number
}

/** A database server that can be reached. */
export interface Server {
  readonly name: 'PostgreSQL' | 'MariaDB'
  readonly url: string
  /** The bytes of a commit on the wire, and of nothing else. */
  readonly commit: string
  /** Makes a connection wait hardly at all for a lock. */
  readonly shortLockWait: string
  /** Makes a connection the first to find that it is in a deadlock, where the server leaves that to who is first. */
  readonly deadlocksFirst: string
  /** The codes of a lock that was not free, and of a deadlock. */
  readonly busy: { readonly lock: unknown; readonly deadlock: unknown }
  /** Makes a connection refuse to write. */
  readonly readOnly: string
  /** Sets the clock of a connection forward by an hour. */
  anHourAhead(tablePrefix: string): string
  /** Removes what that has left behind. */
  forgetClock(tablePrefix: string): string
  open(url: string, shape?: PoolShape): OpenPool
}

const known: readonly Omit<Server, 'url'>[] = [
  {
    name: 'PostgreSQL',
    commit: 'commit\0',
    shortLockWait: "set lock_timeout = '20ms'",
    deadlocksFirst: "set deadlock_timeout = '300ms'",
    busy: { lock: '55P03', deadlock: '40P01' },
    readOnly: 'set default_transaction_read_only = on',
    // A function of the same name, where names are looked up first.
    anHourAhead: (tablePrefix) => `
      create schema if not exists ${tablePrefix}clock;
      create or replace function ${tablePrefix}clock.clock_timestamp() returns timestamptz language sql volatile
        as $$ select pg_catalog.clock_timestamp() + interval '1 hour' $$;
      set search_path = ${tablePrefix}clock, pg_catalog, public`,
    forgetClock: (tablePrefix) => `drop schema if exists ${tablePrefix}clock cascade`,
    open: (url, { onConnect, connectTimeoutMs = 20_000, ...shape } = {}) => {
      const { db, driver } = openPostgres(url, { connectionTimeoutMillis: connectTimeoutMs, ...shape })
      driver.on('connect', (client) => {
        const first = onConnect?.()
        if (first !== undefined) client.query(first).catch(() => {})
      })
      return { db, size: () => driver.totalCount }
    },
  },
  {
    name: 'MariaDB',
    commit: '\u0003commit',
    shortLockWait: 'set session innodb_lock_wait_timeout = 0',
    deadlocksFirst: 'select 1',
    busy: { lock: 'ER_LOCK_WAIT_TIMEOUT', deadlock: 'ER_LOCK_DEADLOCK' },
    readOnly: 'set session transaction read only',
    anHourAhead: () => 'set session timestamp = unix_timestamp() + 3600',
    forgetClock: () => 'select 1',
    open: (url, { onConnect, max = 10, connectTimeoutMs = 20_000, ...shape } = {}) => {
      const { db, driver } = openMariaDb(url, { connectionLimit: max, connectTimeout: connectTimeoutMs, ...shape })
      const connections = new Set<unknown>()
      driver.on('connection', (connection) => {
        connections.add(connection)
        connection.on('end', () => connections.delete(connection))
        connection.on('error', () => connections.delete(connection))
        const first = onConnect?.()
        if (first !== undefined) connection.query(first, () => {})
      })
      return { db, size: () => connections.size }
    },
  },
]

/** The servers that answer; those that do not are printed by name, and fail the run where all are asked for. */
export const servers: readonly Server[] = (
  await Promise.all(
    known.map(async (server) => {
      const engine = engines.find(({ name }) => name === server.name) ?? expect.unreachable()
      const db = await connect(engine)
      await db?.destroy()
      if (db !== null) return [{ ...server, url: engine.url ?? '' }]
      console.warn(`${server.name} is left out: nothing answers at ${engine.url}`)
      describe(server.name, () => {
        it.skipIf(!testsEverything)('is there', () => {
          expect.unreachable(`Nothing answers at ${engine.url}`)
        })
      })
      return []
    }),
  )
).flat()
