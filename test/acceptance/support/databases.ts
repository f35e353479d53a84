import { migrateToLatest } from '@keywright/kysely'
import { afterAll } from 'vitest'
import { dropTables, newPrefix } from '../../../packages/kysely/test/drop-tables.js'
import { connect, engines } from '../../../packages/kysely/test/engines.js'
import { unlessEverything } from '../../support/everything.js'

/** SQLite, and PostgreSQL in the run of everything: each with tables of its own, until the tests of the file are over. */
export async function openDatabases() {
  const asked = unlessEverything(
    engines.filter(({ name }) => name === 'SQLite (libsql)' || name === 'PostgreSQL'),
    ({ url }) => url === null,
    ({ name }) => name,
  )
  return Promise.all(
    asked.map(async (engine) => {
      const { name } = engine
      const db = await connect(engine)
      if (db === null) throw new Error(`${name} does not answer`)
      const tablePrefix = newPrefix()
      await migrateToLatest(db, { tablePrefix })
      afterAll(async () => {
        await dropTables(db, tablePrefix)
        await db.destroy()
      })
      return { name, db, tablePrefix }
    }),
  )
}
