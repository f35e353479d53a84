import { memoryStore } from '@keywright/core'
import type { KeyStore } from '@keywright/core/store'
import { kyselyStore, migrateToLatest } from '@keywright/kysely'
import { afterAll } from 'vitest'
import { unlessEverything } from '../../../test/support/everything.js'
import { dropTables, newPrefix } from '../../kysely/test/drop-tables.js'
import { connect, engines } from '../../kysely/test/engines.js'

/** The stores that the main suite runs over: in memory, and where everything is tested, SQLite and PostgreSQL. */
export async function openStores(): Promise<(readonly [name: string, store: KeyStore])[]> {
  const stores: (readonly [string, KeyStore])[] = [['memory', memoryStore()]]
  const sql = engines.filter(({ name }) => name === 'SQLite (libsql)' || name === 'PostgreSQL')
  const repeats = unlessEverything(
    sql,
    () => false,
    ({ name }) => name,
  )
  for (const engine of repeats) {
    const db = await connect(engine)
    if (db === null) throw new Error(`Nothing answers at ${engine.url}`)
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
