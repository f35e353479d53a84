// What a host bundles: a guarded app, with its keys in SQLite. It creates a key, uses it, revokes it, and ends with `ok`.
import { createKeyring, defineAccess, hmacSha256 } from '@keywright/core'
import { requireKey } from '@keywright/hono'
import { kyselyStore, libsqlDatabase, migrateToLatest } from '@keywright/kysely'
import { Hono } from 'hono'
import { Kysely, SqliteDialect } from 'kysely'
import Database from 'libsql'

const owner = { type: 'user', id: 'ada', organizationId: 'acme' }
const expected = '401 200 401 200 200 200 429'

async function main() {
  const db = new Kysely({ dialect: new SqliteDialect({ database: libsqlDatabase(new Database(':memory:')) }) })
  await migrateToLatest(db)

  const keyring = createKeyring({
    prefix: 'tk',
    access: defineAccess({ scopes: { 'projects.read': 'See projects' } }),
    store: kyselyStore(db),
    hasher: hmacSha256({ current: 'p1', peppers: { p1: Uint8Array.from({ length: 32 }, (_, index) => index) } }),
    resolveOwner: 'uncapped',
    rateLimits: { default: { limit: 3, windowMs: 3_600_000 } },
  })
  const app = new Hono().get('/projects', requireKey(keyring, { scopes: ['projects.read'] }), (c) => c.json({}))

  const { key, token } = await keyring.create({ name: 'bundled', owner, scopes: ['projects.read'] })
  const other = await keyring.create({ name: 'another', owner, scopes: ['projects.read'] })
  const statusFor = async (token) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token.reveal()}` }
    return (await app.request('https://host.example/projects', { headers })).status
  }
  const statuses = [await statusFor(), await statusFor(token)]
  await keyring.revoke(key.id)
  statuses.push(await statusFor(token))
  for (let call = 0; call < 4; call += 1) statuses.push(await statusFor(other.token))
  await keyring.close()
  await db.destroy()

  if (statuses.join(' ') !== expected) throw new Error(`expected ${expected}, got ${statuses.join(' ')}`)
  console.log('ok')
}

void main()
