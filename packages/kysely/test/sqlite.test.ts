import { testKeyStore } from '@keywright/testkit'
import { Kysely, SqliteDialect } from 'kysely'
import Database from 'libsql'
import { kyselyStore, migrateToLatest } from '../src/index.js'

const db = new Kysely<object>({ dialect: new SqliteDialect({ database: new Database(':memory:') }) })

testKeyStore({
  name: 'SQLite (libsql)',
  open: async () => {
    await migrateToLatest(db)
    return kyselyStore(db)
  },
})
