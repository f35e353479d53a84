import { createKeyring, defineAccess, hmacSha256, type Keyring, sealer } from '@keywright/core'
import { kyselyStore, kyselyWebhookStore } from '@keywright/kysely'
import { type Webhooks, type WebhooksOptions, webhooks } from '@keywright/webhooks'
import type { Kysely } from 'kysely'
import { openMariaDb, openPostgres, openSqlite } from '../../packages/kysely/test/open-database.js'

/** Where a process finds the webhooks. */
export interface HookPlace {
  readonly name: 'PostgreSQL' | 'MariaDB' | 'SQLite'
  /** Of SQLite, the file. */
  readonly url: string
  readonly tablePrefix: string
  readonly leaseMs?: number
  /** How long one attempt may take. */
  readonly timeoutMs?: number
}

const access = defineAccess({
  scopes: { 'boards.read': 'Read a board' },
  resources: { board: { levels: { read: ['boards.read'] } } },
})

const events = { 'board.updated': { description: 'A board was changed', scope: 'boards.read' } } as const

/** The webhooks of one process. */
export interface OpenHooks {
  readonly db: Kysely<object>
  readonly keyring: Keyring<typeof access>
  readonly hooks: Webhooks<keyof typeof events>
}

const openers = { PostgreSQL: openPostgres, MariaDB: openMariaDb, SQLite: openSqlite } as const

/** Opens the webhooks of a place, as each of its processes does. */
export function openHooks(
  { name, url, tablePrefix, leaseMs, timeoutMs }: HookPlace,
  onEvent: WebhooksOptions['onEvent'] = () => {},
): OpenHooks {
  const { db } = openers[name](url)
  const keyring = createKeyring({
    prefix: 'tk',
    access,
    store: kyselyStore(db, { tablePrefix }),
    hasher: hmacSha256({ current: 'p1', peppers: { p1: 'a pepper for tests, of 32 bytes or more' } }),
    resolveOwner: 'uncapped',
    onEvent: () => {},
  })
  const hooks = webhooks(keyring, {
    store: kyselyWebhookStore(db, { tablePrefix }),
    sealer: sealer({ current: 'w1', keys: { w1: new Uint8Array(32).fill(7) } }),
    events,
    delivery: { allowLoopback: true, timeoutMs },
    leaseMs,
    pollMs: 100,
    onEvent,
  })
  return { db, keyring, hooks }
}
