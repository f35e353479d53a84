import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Access, createKeyring, hmacSha256, type Keyring, type KeyringOptions } from '@keywright/core'
import type { KeyStore } from '@keywright/core/store'
import { type KeyTables, kyselyStore, libsqlDatabase, migrateToLatest } from '@keywright/kysely'
import { Kysely, SqliteDialect } from 'kysely'
import Database from 'libsql'
import { onTestFinished } from 'vitest'

/** A product as one process sees it: its keyring, over a connection of its own. */
export interface Product<A extends Access> {
  readonly keyring: Keyring<A>
  readonly store: KeyStore
  readonly db: Kysely<KeyTables>
  /** Every SQL statement so far; empty it to count anew. */
  readonly statements: string[]
}

/** A SQLite file, gone after the test. */
export interface SqliteFile {
  /** Opens the file as one more process would. */
  open<A extends Access>(options: Omit<KeyringOptions<A>, 'store' | 'hasher'>): Promise<Product<A>>
  /** All bytes on the disk, journals included. */
  bytes(): Promise<Buffer>
}

/** Makes a SQLite file for one test. */
export async function sqliteFile(): Promise<SqliteFile> {
  const folder = await mkdtemp(join(tmpdir(), 'keywright-acceptance-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  // Processes of one product share the pepper.
  const hasher = hmacSha256({ current: 'p1', peppers: { p1: randomBytes(32) } })

  return {
    open: async (options) => {
      const statements: string[] = []
      const db = new Kysely<KeyTables>({
        dialect: new SqliteDialect({ database: libsqlDatabase(new Database(join(folder, 'product.sqlite'))) }),
        log: ({ query }) => {
          statements.push(query.sql)
        },
      })
      await migrateToLatest(db)
      const store = kyselyStore(db)
      const keyring = createKeyring({ ...options, store, hasher })
      onTestFinished(async () => {
        await keyring.close()
        await db.destroy()
      })
      return { keyring, store, db, statements }
    },
    bytes: async () =>
      Buffer.concat(await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name))))),
  }
}
