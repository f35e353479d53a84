import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createKeyring, hmacSha256, type Keyring, sealer } from '@keywright/core'
import type { KeyStore } from '@keywright/core/store'
import { kyselyStore, kyselyWebhookStore, migrateToLatest } from '@keywright/kysely'
import { createMcpAuth } from '@keywright/mcp'
import { type Webhooks, webhooks } from '@keywright/webhooks'
import type { Kysely } from 'kysely'
import { access } from './access.js'
import { createActions } from './actions.js'
import { createApp } from './app.js'
import { openDatabase, seed, type Tables } from './database.js'
import { ownersIn } from './owners.js'
import { plans, plansIn } from './plans.js'
import { settings } from './settings.js'

/** A task board that is being served. */
export interface TaskBoard {
  readonly keyring: Keyring<typeof access>
  readonly store: KeyStore
  readonly hooks: Webhooks<'task.created'>
  readonly db: Kysely<Tables>
  readonly origin: string
  close(): Promise<void>
}

/** Serves a task board with a new SQLite file, on a free port of this machine. */
export async function startTaskBoard(file: string): Promise<TaskBoard> {
  const db = openDatabase(file)
  await seed(db)
  await migrateToLatest(db)
  const store = kyselyStore(db)
  const keyring = createKeyring({
    prefix: 'tb',
    environment: 'live',
    environments: ['live', 'test'],
    access,
    store,
    // Random, because the file does not outlive the run. A product reads its pepper from a secret store.
    hasher: hmacSha256({ current: 'p1', peppers: { p1: randomBytes(32) } }),
    resolveOwner: ownersIn(db),
    plans,
    resolvePlan: plansIn(db),
  })
  const hooks = webhooks(keyring, {
    store: kyselyWebhookStore(db),
    sealer: sealer({ current: 'w1', keys: { w1: randomBytes(32) } }),
    events: { 'task.created': { description: 'A task was added to a board', scope: 'tasks.read' } },
    // To receivers on this machine, and soon, as people are watching.
    delivery: { allowLoopback: true },
    pollMs: 50,
  })
  hooks.start()
  // How soon an open stream of a revoked key is closed. The default is within half a minute.
  const mcp = createMcpAuth(keyring, { recheckMs: 100 })
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on TCP
  const origin = `http://127.0.0.1:${port}`
  const page = settings({ keyring, hooks, db, origin })
  server.on('request', createApp(keyring, createActions(db, hooks), mcp).use(page))
  return {
    keyring,
    store,
    hooks,
    db,
    origin,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await hooks.close()
      await keyring.close()
      await db.destroy()
    },
  }
}
