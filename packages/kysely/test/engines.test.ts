import { testKeyStore } from '@keywright/testkit'
import { afterAll, describe, expect, it } from 'vitest'
import { kyselyStore, migrateToLatest } from '../src/index.js'
import { dropTables, newPrefix } from './drop-tables.js'
import { connect, engines } from './engines.js'

for (const engine of engines) {
  const db = await connect(engine)
  if (db === null) {
    console.warn(`${engine.name} is left out: nothing answers at ${engine.url}`)
    describe(engine.name, () => {
      it.skipIf(process.env.KEYWRIGHT_TEST_ALL_ENGINES !== '1')('is there', () => {
        expect.unreachable(`Nothing answers at ${engine.url}`)
      })
    })
    continue
  }
  console.info(`${engine.name} is tested`)
  const tablePrefix = newPrefix()
  testKeyStore({
    name: engine.name,
    open: async () => {
      await migrateToLatest(db, { tablePrefix })
      return kyselyStore(db, { tablePrefix })
    },
  })
  afterAll(async () => {
    await dropTables(db, tablePrefix)
    await db.destroy()
  })
}
