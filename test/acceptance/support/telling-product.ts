import { createKeyring, defineAccess, hmacSha256, type Keyring, sealer } from '@keywright/core'
import type { KeyStore, WebhookStore } from '@keywright/core/store'
import { kyselyStore, kyselyWebhookStore, libsqlDatabase } from '@keywright/kysely'
import { type Webhooks, webhooks } from '@keywright/webhooks'
import { Kysely, PostgresDialect, SqliteDialect } from 'kysely'
import Database from 'libsql'
import pg from 'pg'

/** What all processes of one product agree on. */
export interface TellingOptions {
  /** A file, or the address of a server. */
  readonly database: string
  readonly tablePrefix: string
}

/** A product that tells of its keys, as one of its processes has it. */
export interface TellingProduct {
  readonly db: Kysely<object>
  readonly store: KeyStore
  readonly webhookStore: WebhookStore
  readonly keyring: Keyring
  readonly hooks: Webhooks
  /** What the host's function was given: the id and the days. */
  readonly given: string[]
  /** The new tokens that the host's vault was given, each with the id of its delivery. */
  readonly delivered: { readonly id: string; readonly token: string }[]
  /** @param last - Is done when nothing is written any more, and the database is still open. */
  close(last?: () => unknown): Promise<void>
}

const pepper = 'the pepper of all processes, 32 bytes'

/** Opens the product as one more process would. */
export function openTellingProduct({ database, tablePrefix }: TellingOptions): TellingProduct {
  const db = new Kysely<object>({ dialect: dialectOf(database) })
  const store = kyselyStore(db, { tablePrefix })
  const webhookStore = kyselyWebhookStore(db, { tablePrefix })
  const given: string[] = []
  const delivered: TellingProduct['delivered'] = []
  const keyring: Keyring = createKeyring({
    prefix: 'tk',
    access: defineAccess({ scopes: { 'tasks.read': 'See tasks' } }),
    store,
    hasher: hmacSha256({ current: 'p1', peppers: { p1: pepper } }),
    resolveOwner: 'uncapped',
    manageTimeoutMs: 60_000, // a busy machine takes its time
    rotation: {
      deliver: ({ id, token }) => void delivered.push({ id, token: token.reveal() }),
      sealer: sealer({ current: 'r1', keys: { r1: Buffer.alloc(32, 6) } }),
    },
    notices: { onNotice: ({ id, days }) => void given.push(`${id} ${days}`) },
  }) as Keyring // the names of its scopes make no difference here
  const hooks = webhooks(keyring, {
    store: webhookStore,
    sealer: sealer({ current: 's1', keys: { s1: Buffer.alloc(32, 5) } }),
    events: {},
    keyEvents: { scope: 'tasks.read' as never },
    delivery: { allowLoopback: true },
  }) as Webhooks
  return {
    ...{ db, store, webhookStore, keyring, hooks, given, delivered },
    close: async (last) => {
      await hooks.close()
      await keyring.close()
      await last?.()
      await db.destroy()
    },
  }
}

function dialectOf(database: string) {
  if (!database.startsWith('postgres:')) {
    const file = new Database(database)
    file.pragma('journal_mode = wal')
    file.pragma('busy_timeout = 20000')
    return new SqliteDialect({ database: libsqlDatabase(file) })
  }
  const pool = new pg.Pool({ connectionString: database, max: 4, connectionTimeoutMillis: 20_000 })
  pool.on('error', () => {})
  return new PostgresDialect({ pool })
}
