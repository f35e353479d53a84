import { testKeyStore, testWebhookStore } from '@keywright/testkit'
import { afterAll, describe, expect, it } from 'vitest'
import { testsEverything } from '../../../test/support/everything.js'
import { kyselyStore, kyselyWebhookStore, migrateToLatest } from '../src/index.js'
import { dropTables, newPrefix } from './drop-tables.js'
import { connect, testedEngines } from './engines.js'
import { refusedBy, unknownWords } from './engines-by-the-manual/compare.js'
import { manuals } from './engines-by-the-manual/manuals.js'

for (const engine of testedEngines({ contract: true })) {
  const statements = new Set<string>()
  let isMigrating = true
  const db = await connect(engine, {
    log: ({ query }) => {
      if (!isMigrating) statements.add(query.sql.replace(/\(([?$\d, ]+)\)(, \([?$\d, ]+\))+/g, '($1)'))
    },
  })
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
  const migrate = async () => {
    isMigrating = true
    await migrateToLatest(db, options)
    isMigrating = false
  }
  testKeyStore({
    name: engine.name,
    open: async () => {
      await migrate()
      return kyselyStore(db, options)
    },
  })
  if (engine.name !== 'PGlite' || testsEverything) {
    testWebhookStore({
      name: engine.name,
      open: async () => {
        await migrate()
        return { keys: kyselyStore(db, options), webhooks: kyselyWebhookStore(db, options) }
      },
    })
  }
  const dialect = { MariaDB: 'mysql', PGlite: 'postgres', PostgreSQL: 'postgres', 'SQLite (libsql)': null }[engine.name]
  if (dialect !== null) {
    it(`${engine.name} was sent only words that were looked up, and nothing that an engine refuses by its manual`, () => {
      expect(statements.size).toBeGreaterThan(100)
      expect([...statements].flatMap(unknownWords)).toEqual([])
      for (const manual of manuals.filter(({ made, works }) => works && made.dialect === dialect))
        expect(
          [...statements].flatMap((statement) => refusedBy(manual, statement)),
          manual.name,
        ).toEqual([])
    })
  }
  afterAll(async () => {
    if (engine.url !== null) await dropTables(db, tablePrefix)
    await db.destroy()
  })
}
