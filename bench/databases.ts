import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KeyStore } from '@keywright/core/store'
import { kyselyStore, migrateToLatest, mysqlPool, postgresPool } from '@keywright/kysely'
import { sqliteStore } from '@keywright/kysely/sqlite'
import { Kysely, MysqlDialect, PostgresDialect, sql } from 'kysely'
import { createPool, type Pool } from 'mysql2'
import pg from 'pg'

/** The server that is measured against; a schema of its own is made in it, and dropped at the end. */
const postgresUrl: string = process.env.KEYWRIGHT_TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/test'
const mysqlUrl: string = process.env.KEYWRIGHT_TEST_MYSQL_URL ?? 'mysql://root@127.0.0.1:3306/test'
/** Connections of each pool, ours and the other's. */
const poolSize = 10

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
    console.warn(`PostgreSQL is left out: nothing answers at ${new URL(postgresUrl).host}`)
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

/** Opens a pool on a database of MariaDB; a second one of the same name meets the same tables. */
export function mariadbPool(database?: string): Pool {
  const uri = new URL(mysqlUrl)
  if (database !== undefined) uri.pathname = `/${database}`
  return createPool({ uri: uri.href, connectionLimit: poolSize })
}

/** MariaDB, in a database of that name, or `null` where no server answers. */
export async function mariadb(name: string): Promise<KeyDatabase | null> {
  const server = new Kysely<object>({ dialect: new MysqlDialect({ pool: mariadbPool() }) })
  try {
    await sql`drop database if exists ${sql.id(name)}`.execute(server)
  } catch {
    console.warn(`MariaDB is left out: nothing answers at ${new URL(mysqlUrl).host}`)
    return null
  }
  await sql`create database ${sql.id(name)}`.execute(server)
  const db = new Kysely<object>({ dialect: new MysqlDialect({ pool: mysqlPool(mariadbPool(name)) }) })
  await migrateToLatest(db)
  return {
    name: 'MariaDB',
    db,
    store: kyselyStore(db),
    close: async () => {
      await db.destroy()
      await sql`drop database ${sql.id(name)}`.execute(server)
      await server.destroy()
    },
  }
}

/** SQLite through libsql, in a file that is gone afterwards. */
export async function sqlite(): Promise<KeyDatabase & { readonly path: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-bench-'))
  const path = join(folder, 'keys.sqlite')
  const store = await sqliteStore(path)
  return {
    name: 'SQLite',
    path,
    db: store.db,
    store,
    close: async () => {
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
