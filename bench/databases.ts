import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createKeyring,
  defineAccess,
  hmacSha256,
  type Keyring,
  type KeyringOptions,
  type OwnerAuthority,
} from '@keywright/core'
import type { KeyStore } from '@keywright/core/store'
import { kyselyStore, libsqlDatabase, migrateToLatest, postgresPool } from '@keywright/kysely'
import { Kysely, PostgresDialect, SqliteDialect, sql } from 'kysely'
import Database from 'libsql'
import pg from 'pg'

/** The server that is measured against; a schema of its own is made in it, and dropped at the end. */
export const postgresUrl: string = process.env.KEYWRIGHT_TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/test'
/** Connections of each pool, ours and the other's. */
export const poolSize = 10

/** A database with the key tables. */
export interface KeyDatabase {
  readonly name: string
  readonly db: Kysely<object>
  readonly store: KeyStore
  close(): Promise<void>
}

/** Opens a pool on a schema of PostgreSQL; a second one of the same name meets the same tables. */
export function pgPool(schema: string): pg.Pool {
  return new pg.Pool({ connectionString: postgresUrl, max: poolSize, options: `-c search_path=${schema}` })
}

/** PostgreSQL, in a schema of that name, or `null` where no server answers. */
export async function postgres(schema: string): Promise<KeyDatabase | null> {
  const db = new Kysely<object>({
    dialect: new PostgresDialect({ pool: postgresPool(pgPool(schema), { prepare: true }) }),
  })
  try {
    await sql`drop schema if exists ${sql.id(schema)} cascade`.execute(db)
  } catch {
    console.warn(`PostgreSQL is left out: nothing answers at ${postgresUrl}`)
    return null
  }
  await sql`create schema ${sql.id(schema)}`.execute(db)
  await migrateToLatest(db)
  return {
    name: 'PostgreSQL',
    db,
    store: kyselyStore(db),
    close: async () => {
      await sql`drop schema ${sql.id(schema)} cascade`.execute(db)
      await db.destroy()
    },
  }
}

/** SQLite through libsql, in a file that is gone afterwards. */
export async function sqlite(): Promise<KeyDatabase & { readonly path: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-bench-'))
  const path = join(folder, 'keys.sqlite')
  const database = new Database(path)
  database.exec('pragma journal_mode = wal')
  const db = new Kysely<object>({ dialect: new SqliteDialect({ database: libsqlDatabase(database) }) })
  await migrateToLatest(db)
  return {
    name: 'SQLite',
    path,
    db,
    store: kyselyStore(db),
    close: async () => {
      await db.destroy()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const access = defineAccess({
  scopes: { 'tasks.read': 'See tasks', 'tasks.create': 'Add tasks', 'members.read': 'See members' },
})

export const hasher = hmacSha256({ current: 'p1', peppers: { p1: 'a pepper for benchmarks that is long enough' } })

/** A keyring as a host would make it. */
export function keyringOver(
  store: KeyStore,
  options: Pick<KeyringOptions, 'failureLimit'> = {},
): Keyring<typeof access> {
  const authority: OwnerAuthority = { scopes: ['tasks.*'] }
  return createKeyring({
    ...{ prefix: 'tb', environment: 'live', access, store, hasher },
    resolveOwner: () => authority,
    ...options,
  })
}

/** `count` new keys with their tokens. */
export async function createKeys(
  keyring: Keyring<typeof access>,
  count: number,
): Promise<{ id: string; token: string }[]> {
  const keys: { id: string; token: string }[] = []
  for (let made = 0; made < count; made += 1) {
    const owner = { type: 'user', id: `u${made}`, organizationId: `o${made % 10}` } as const
    const { key, token } = await keyring.create({ name: 'ci', owner, scopes: ['tasks.read'] })
    keys.push({ id: key.id, token: token.reveal() })
  }
  return keys
}
