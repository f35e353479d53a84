import { createKeyring, defineAccess, hmacSha256, type Keyring, type KeyringEvent } from '@keywright/core'
import { kyselyStore, postgresBus } from '@keywright/kysely'
import { redisBus } from '@keywright/redis'
import { Redis } from 'ioredis'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'

/** Where the servers are looked for: where the environment says, or on their standard local ports. */
export const postgresUrl = process.env.KEYWRIGHT_TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/test'
export const redisUrl = process.env.KEYWRIGHT_TEST_REDIS_URL ?? 'redis://127.0.0.1:6379'

/** What all processes of one product agree on. */
export interface ProductOptions {
  readonly bus: 'Redis' | 'PostgreSQL'
  /** Makes tables and channels its own. */
  readonly name: string
  readonly ttlMs: number
}

const access = defineAccess({ scopes: { 'tasks.read': 'See tasks' } })

/** Opens a product that caches keys, on PostgreSQL, as one of its processes would. */
export function openCachedProduct({ bus, name, ttlMs }: ProductOptions) {
  const pool = new pg.Pool({ connectionString: postgresUrl, max: 5, connectionTimeoutMillis: 20_000 })
  pool.on('error', () => {})
  const db = new Kysely<object>({ dialect: new PostgresDialect({ pool }) })
  const redis = new Redis(redisUrl)
  redis.on('error', () => {})
  const store = kyselyStore(db, { tablePrefix: `${name}_` })
  let reads = 0
  const events: KeyringEvent[] = []
  const keyring: Keyring<typeof access> = createKeyring({
    prefix: 'tk',
    access,
    store: {
      ...store,
      find: (id) => {
        reads += 1
        return store.find(id)
      },
    },
    hasher: hmacSha256({ current: 'p1', peppers: { p1: 'the pepper of all processes, 32 bytes' } }),
    resolveOwner: 'uncapped',
    cache: {
      mode: 'bounded',
      ttlMs,
      bus: bus === 'Redis' ? redisBus(redis, { channel: name }) : postgresBus(pool, { channel: name }),
    },
    onEvent: (event) => events.push(event),
  })
  return {
    keyring,
    store,
    db,
    events,
    reads: () => reads,
    close: async () => {
      await keyring.close()
      redis.disconnect()
      await db.destroy()
    },
  }
}
