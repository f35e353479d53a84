import { apiKey } from '@better-auth/api-key'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { checkAPIKey, extractShortToken, generateAPIKey } from 'prefixed-api-key'
import { at64, compare, oneByOne } from './compare.js'
import { createKeys, keyringOver, pgPool, postgres } from './databases.js'

// Whole verifications, each library as its documentation sets it up, over pools of the same size on the same PostgreSQL.
const keyCount = 200
const theirs = 'keywright_bench_peers_others'
const ours = await postgres('keywright_bench_peers')
const others = await postgres(theirs)
if (ours === null || others === null) process.exit(0)
const pool = pgPool(theirs)

const keyring = keyringOver(ours.store)
const tokens = (await createKeys(keyring, keyCount)).map(({ token }) => token)
const keywright = async (token: string) => {
  if (!(await keyring.verify(token, { scopes: ['tasks.read'] })).ok) throw new Error('This key is good')
}

const auth = betterAuth({
  database: pool,
  secret: crypto.randomUUID() + crypto.randomUUID(),
  baseURL: 'http://127.0.0.1',
  logger: { disabled: true },
  emailAndPassword: { enabled: true },
  // Its own limit on requests is off, as ours is.
  plugins: [apiKey({ rateLimit: { enabled: false } })],
})
await (await getMigrations(auth.options)).runMigrations()
const account = { email: 'ada@example.com', password: crypto.randomUUID(), name: 'Ada' }
const { user } = await auth.api.signUpEmail({ body: account })
const betterKeys: string[] = []
for (let made = 0; made < keyCount; made += 1) {
  const body = { name: 'ci', userId: user.id, permissions: { tasks: ['read'] } }
  betterKeys.push((await auth.api.createApiKey({ body })).key)
}
const better = async (key: string) => {
  const { valid } = await auth.api.verifyApiKey({ body: { key, permissions: { tasks: ['read'] } } })
  if (!valid) throw new Error('This key is good')
}

// It brings the hash; the table and the query are the host's. So it knows neither status, expiry nor scopes.
await pool.query('create table prefixed_keys (short_token text primary key, hash text not null)')
const prefixedKeys: string[] = []
for (let made = 0; made < keyCount; made += 1) {
  const { token, shortToken, longTokenHash } = await generateAPIKey({ keyPrefix: 'tb' })
  await pool.query('insert into prefixed_keys values ($1, $2)', [shortToken, longTokenHash])
  prefixedKeys.push(token ?? '')
}
const prefixed = async (token: string) => {
  const values = [extractShortToken(token)]
  const text = 'select hash from prefixed_keys where short_token = $1'
  const { rows } = await pool.query<{ hash: string }>({ name: 'prefixed', text, values })
  if (!checkAPIKey(token, rows[0]?.hash ?? '')) throw new Error('This key is good')
}

await compare('PostgreSQL, 64 verifications at once', [
  { name: 'better-auth, api-key plugin', ...at64(betterKeys, better) },
  { name: 'prefixed-api-key and a SELECT', ...at64(prefixedKeys, prefixed) },
  { name: 'Keywright', ...at64(tokens, keywright) },
])
await compare('PostgreSQL, one verification after the other', [
  { name: 'better-auth, api-key plugin', ...oneByOne(betterKeys, better) },
  { name: 'prefixed-api-key and a SELECT', ...oneByOne(prefixedKeys, prefixed) },
  { name: 'Keywright', ...oneByOne(tokens, keywright) },
])
await pool.end()
await ours.close()
await others.close()
