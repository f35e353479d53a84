import { type KeyStore, memoryStore } from '@keywright/core'
import { kyselyStore, migrateToLatest } from '@keywright/kysely'
import { afterAll } from 'vitest'
import { dropTables, newPrefix } from '../../kysely/test/drop-tables.js'
import { connect, engines } from '../../kysely/test/engines.js'

/** The stores that the main suite runs over: in memory, SQLite, and PostgreSQL where it answers. */
export async function openStores(): Promise<(readonly [name: string, store: KeyStore])[]> {
  const stores: (readonly [string, KeyStore])[] = [['memory', memoryStore()]]
  for (const engine of engines.filter(({ name }) => name === 'SQLite (libsql)' || name === 'PostgreSQL')) {
    const db = await connect(engine)
    if (db === null) {
      if (process.env.KEYWRIGHT_TEST_ALL_ENGINES === '1') throw new Error(`Nothing answers at ${engine.url}`)
      console.warn(`${engine.name} is left out: nothing answers at ${engine.url}`)
      continue
    }
    const tablePrefix = newPrefix()
    await migrateToLatest(db, { tablePrefix })
    afterAll(async () => {
      await dropTables(db, tablePrefix)
      await db.destroy()
    })
    stores.push([engine.name, kyselyStore(db, { tablePrefix })])
  }
  return stores
}
