import { testKeyStore, testWebhookStore } from '@keywright/testkit'
import { afterAll, describe, expect, it } from 'vitest'
import { testsEverything } from '../../../test/support/everything.js'
import { kyselyStore, kyselyWebhookStore, migrateToLatest } from '../src/index.js'
import { dropTables, newPrefix } from './drop-tables.js'
import { connect, testedEngines } from './engines.js'

for (const engine of testedEngines({ contract: true })) {
  const db = await connect(engine)
  if (db === null) {
    describe(engine.name, () => {
      it('answers', () => {
        expect.unreachable(`Nothing answers at ${engine.url}`)
      })
    })
    continue
  }
  console.info(`${engine.name} is tested`)
  const tablePrefix = newPrefix()
  // PGlite keeps its tables in a schema, so that each method of the store is tried with one.
  const options = engine.name === 'PGlite' ? { tablePrefix, schema: 'keys' } : { tablePrefix }
  testKeyStore({
    name: engine.name,
    open: async () => {
      await migrateToLatest(db, options)
      return kyselyStore(db, options)
    },
  })
  if (engine.name !== 'PGlite' || testsEverything) {
    testWebhookStore({
      name: engine.name,
      open: async () => {
        await migrateToLatest(db, options)
        return { keys: kyselyStore(db, options), webhooks: kyselyWebhookStore(db, options) }
      },
    })
  }
  afterAll(async () => {
    if (engine.url !== null) await dropTables(db, tablePrefix)
    await db.destroy()
  })
}
