import { randomUUID } from 'node:crypto'
import { createGate, type Keyring, type KeyringOptions } from '@keywright/core'
import type { KeyStore } from '@keywright/core/store'
import { kyselyStore, migrateToLatest } from '@keywright/kysely'
import { type testAccess, testKeyring } from '@keywright/testkit'
import type { Kysely } from 'kysely'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { dropTables, newPrefix } from '../../packages/kysely/test/drop-tables.js'
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.js'
import type { PoolShape, Server } from './servers.js'

type Options = Partial<KeyringOptions<typeof testAccess>>

/** One process's keyring over a store, with its events. The time is the store's. */
export function keyringOver(store: KeyStore, options: Options = {}) {
  const { keyring, events } = testKeyring({ usageFlushMs: 60_000, ...options, store })
  return { keyring, events }
}

/** One of the host's instances. */
export interface Instance extends ReturnType<typeof keyringOver> {
  readonly db: Kysely<object>
  readonly store: KeyStore
  /** Connections that its pool has. */
  size(): number
}

/** A server with its tables, a proxy before it, and an organisation of its own for each test. */
export interface World {
  readonly proxy: TcpProxy
  readonly tablePrefix: string
  readonly owner: { readonly type: 'organization'; readonly id: string }
  /** What to create where it does not matter. */
  readonly input: { readonly name: string; readonly owner: World['owner']; readonly scopes: readonly ['members.read'] }
  /** An instance whose way to the server has no faults. */
  readonly direct: Instance
  /** An instance behind the proxy. */
  behind(shape?: PoolShape, options?: Options): Instance
}

/** Makes the tables of a file's tests; the function that it returns makes a world for one test. */
export function worlds(server: Server): () => Promise<World> {
  const tablePrefix = newPrefix()
  const { db } = server.open(server.url, { max: 2 })
  beforeAll(async () => {
    await migrateToLatest(db, { tablePrefix })
  })
  afterAll(async () => {
    await dropTables(db, tablePrefix)
    await db.destroy()
  })
  return async () => {
    const proxy = await tcpProxy(server.url)
    const pools: Kysely<object>[] = []
    const open = (url: string, shape?: PoolShape, options?: Options): Instance => {
      const pool = server.open(url, shape)
      pools.push(pool.db)
      const store = kyselyStore(pool.db, { tablePrefix })
      return { ...pool, store, ...keyringOver(store, options) }
    }
    onTestFinished(async () => {
      proxy.heal()
      proxy.cut()
      await Promise.all(pools.map((pool) => pool.destroy().catch(() => {})))
      await proxy.close()
    })
    const owner = { type: 'organization', id: randomUUID() } as const
    return {
      proxy,
      tablePrefix,
      owner,
      input: { name: 'k', owner, scopes: ['members.read'] },
      direct: open(server.url),
      behind: (shape, options) => open(proxy.url, shape, options),
    }
  }
}

/** What a client would get. */
export interface Answered {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly ms: number
}

/** Sends a request with a token through a gate; a pass is 200. */
export async function request(keyring: Keyring<typeof testAccess>, token: string): Promise<Answered> {
  const gate = createGate(keyring, { scopes: ['members.read'] })
  const begun = performance.now()
  const message = { fields: [['Authorization', `Bearer ${token}`]] as const, url: '/' }
  const verdict = await gate(message, message)
  const ms = performance.now() - begun
  if (verdict.ok) return { status: 200, retryAfter: undefined, ms }
  return { status: verdict.reply.status, retryAfter: verdict.reply.headers['Retry-After'], ms }
}

/** How long it takes until requests pass again; at most the 5 s of I8. */
export async function healed(keyring: Keyring<typeof testAccess>, token: string): Promise<boolean> {
  const begun = performance.now()
  while (performance.now() - begun < 5_000) {
    const answers = await Promise.all(Array.from({ length: 5 }, () => request(keyring, token)))
    if (answers.every(({ status }) => status === 200)) return true
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return false
}
