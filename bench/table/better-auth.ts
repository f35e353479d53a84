import { apiKey } from '@better-auth/api-key'
import { memoryStore } from '@keywright/core'
import type { KeyStore } from '@keywright/core/store'
import { libsqlDatabase } from '@keywright/kysely'
import { type BetterAuthOptions, betterAuth } from 'better-auth'
import { memoryAdapter } from 'better-auth/adapters/memory'
import { getMigrations } from 'better-auth/db/migration'
import { Kysely, SqliteDialect } from 'kysely'
import Database from 'libsql'
import { createTokens, keyringOver, verifyGood } from '../../test/performance/keyring.js'
import { at64, measure, type Turns } from '../compare.js'
import { pgPool, postgres, sqlite } from '../databases.js'
import { missingRow, type Part, type Row, rowOf, type Target } from './row.js'

// Whole verifications by better-auth's plugin, as its documentation sets it up, over the same kind of store. It writes the time of
// each use at once.
const keyCount = 200
const theirSchema = 'keywright_bench_better_auth'
const against = 'the api-key plugin of better-auth'

export const againstBetterAuth: Part = async (turns) => {
  const tables = { user: [], session: [], account: [], verification: [], apikey: [] }
  const rows = [
    await rowOver('memory', memoryStore(), { database: memoryAdapter(tables) }, { target: { least: 50 }, turns }),
  ]

  const [ourFile, theirFile] = [await sqlite(), await sqlite()]
  // The same driver with the same kept statements as ours.
  const dialect = new SqliteDialect({ database: libsqlDatabase(new Database(theirFile.path)) })
  const db = new Kysely<object>({ dialect })
  const onSqlite = { database: { db, type: 'sqlite' } } as const
  rows.push(await rowOver('SQLite', ourFile.store, onSqlite, { target: { least: 20 }, turns }))
  await db.destroy()
  for (const { close } of [ourFile, theirFile]) await close()

  const [ours, theirs] = [await postgres('keywright_bench_table'), await postgres(theirSchema)]
  const target = { least: 20 }
  if (ours === null || theirs === null) return [...rows, missingRow('verify, PostgreSQL, 64 at once', against, target)]
  const pool = pgPool(theirSchema)
  rows.push(await rowOver('PostgreSQL', ours.store, { database: pool }, { target, turns }))
  await pool.end()
  for (const { close } of [ours, theirs]) await close()
  return rows
}

async function rowOver(
  name: string,
  store: KeyStore,
  { database }: Pick<BetterAuthOptions, 'database'>,
  { target, turns }: { readonly target: Target; readonly turns: Turns },
): Promise<Row> {
  const keyring = keyringOver(store)
  const tokens = await createTokens(keyring, keyCount)
  const { keys, verify } = await betterAuthOver(database)
  const [ours, theirs] = await measure(
    [
      { name: `verify, ${name}, 64 at once`, ...at64(tokens, (token) => verifyGood(keyring, token)) },
      { name: against, ...at64(keys, verify) },
    ],
    turns,
  )
  await keyring.close()
  return rowOf(ours, theirs, target)
}

async function betterAuthOver(database: BetterAuthOptions['database']) {
  const auth = betterAuth({
    database,
    secret: crypto.randomUUID() + crypto.randomUUID(),
    baseURL: 'http://127.0.0.1',
    logger: { disabled: true },
    emailAndPassword: { enabled: true },
    // Its default, ten requests a day for each key, would refuse the rest. Ours has no limit either.
    plugins: [apiKey({ rateLimit: { enabled: false } })],
  })
  if (typeof database !== 'function') await (await getMigrations(auth.options)).runMigrations()
  const account = { email: 'ada@example.com', password: crypto.randomUUID(), name: 'Ada' }
  const { user } = await auth.api.signUpEmail({ body: account })
  const keys: string[] = []
  for (let made = 0; made < keyCount; made += 1) {
    const body = { name: 'ci', userId: user.id, permissions: { tasks: ['read'] } }
    keys.push((await auth.api.createApiKey({ body })).key)
  }
  const verify = async (key: string): Promise<void> => {
    const { valid } = await auth.api.verifyApiKey({ body: { key, permissions: { tasks: ['read'] } } })
    if (!valid) throw new Error('This key is good')
  }
  return { keys, verify }
}
