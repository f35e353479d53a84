import { existsSync } from 'node:fs'
import { defineConfig } from 'keywright'

if (existsSync('.env')) process.loadEnvFile()

export default defineConfig({
  // Imported only here, because it needs what .env says.
  keyring: async () => (await import('./keyring.js')).keyringOfApp(),
  // `sqliteStore` brings its tables up to date when it opens the file. With `kyselyStore`: () => migrateToLatest(db)
  migrations: async () => [],
})
