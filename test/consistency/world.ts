import { defineAccess, type Keyring } from '@keywright/core'
import type { KeyStore } from '@keywright/core/store'
import { kyselyStore, postgresPool } from '@keywright/kysely'
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely'
import pg from 'pg'
import { openMariaDb, openPostgres, openSqlite } from '../../packages/kysely/test/open-database.js'
// Not through the index, which loads Vitest: the processes of a run have none.
import { testKeyring } from '../../packages/testkit/src/test-keyring.js'
import { openNodes } from '../galera/nodes.js'

/** Where all processes of a run meet. */
export interface Place {
  readonly engine: 'postgres' | 'sqlite' | 'mysql'
  /** A URL, or the path of a file. */
  readonly at: string
  readonly tablePrefix: string
  /** The addresses of replicas that verifications read from. */
  readonly readFrom?: readonly string[]
  /** The address of a replica that verifications read from as it is: what nobody should do. */
  readonly careless?: string | undefined
}

export const access = defineAccess({ scopes: { 'items.read': 'See items', 'items.write': 'Change items' } })
export const owner = { type: 'organization', id: 'org1' } as const
/** Fewer than the controller would like to have, so that it often meets the limit. */
export const maxKeys = 10

/** An open place. */
export interface OpenPlace {
  readonly db: Kysely<object>
  readonly store: KeyStore
  /** How many statements went to replicas. */
  statements(): number
  close(): Promise<void>
}

/** Opens the place, as each process does for itself. */
export function openPlace({ engine, at, tablePrefix, readFrom = [], careless }: Place): OpenPlace {
  let statements = 0
  const application_name = `${tablePrefix}${process.pid}`
  const open = (url: string, options: { readonly kyselyLog?: () => void } = {}): Kysely<object> => {
    // A commit waits for a standby that is stopped for a while.
    if (engine === 'postgres')
      return openPostgres(url, { max: 4, application_name, answerTimeoutMs: 60_000, ...options }).db
    return engine === 'mysql' ? openMariaDb(url, { connectionLimit: 4, ...options }).db : openSqlite(url).db
  }
  const db = open(at)
  const kyselyLog = () => {
    statements += 1
  }
  const replicas = readFrom.map((url) => open(url, { kyselyLog }))
  const given = replicas.length === 0 ? {} : { readFrom: replicas }
  const store = kyselyStore(db, { tablePrefix, ...given })
  const trusting = careless === undefined ? null : openTrusting(engine, careless)
  const opened = [db, ...replicas, ...(trusting === null ? [] : [trusting])]
  return {
    db,
    store: trusting === null ? store : { ...store, find: kyselyStore(trusting, { tablePrefix }).find },
    statements: () => statements,
    close: async () => {
      for (const each of opened) await each.destroy()
    },
  }
}

/** Opens a replica as if it were as good as a primary: what it is asked about itself is taken out of each statement. */
function openTrusting(engine: Place['engine'], url: string): Kysely<object> {
  if (engine === 'mysql') {
    return openNodes([url], (sql) =>
      sql.replace(/\/\*M!100104 .*? \*\/ /, '').replace('@@session.wsrep_sync_wait & 1 = 0', '1 = 0'),
    )
  }
  const pool = postgresPool(new pg.Pool({ connectionString: url, max: 4 }))
  const trusting: PostgresPool = {
    end: () => pool.end(),
    connect: async () => {
      const client = await pool.connect()
      // Nothing here streams, which the other overload is for.
      const query = (sql: string, values: readonly unknown[]) =>
        client.query(sql.replace('pg_is_in_recovery()', 'false'), values)
      return { query: query as PostgresPoolClient['query'], release: () => client.release() }
    },
  }
  return new Kysely<object>({ dialect: new PostgresDialect({ pool: trusting }) })
}

/** The product's keyring, the same in each process. */
export function keyringOver(store: KeyStore): Keyring<typeof access> {
  return testKeyring({
    access,
    store,
    plans: { small: { maxKeys } },
    resolvePlan: () => 'small',
    usageFlushMs: 1_000,
    manageTimeoutMs: 60_000,
    onEvent: () => {},
  }).keyring
}

/** Microseconds since the machine started: one clock for all its processes, which nobody sets. */
export function now(): number {
  return Number(process.hrtime.bigint() / 1_000n)
}

/** Waits. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
