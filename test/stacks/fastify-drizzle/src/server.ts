// A product whose own tables are Drizzle's. A user and their first key are made in one transaction, on one connection.
import { createKeyring, defineAccess, hmacSha256 } from '@keywright/core'
import { keywright } from '@keywright/fastify'
import { kyselyStore, migrateToLatest, postgresPool, transactionOn } from '@keywright/kysely'
import { eq, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { pgSchema, text } from 'drizzle-orm/pg-core'
import Fastify from 'fastify'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'

const { DATABASE_URL = '', SCHEMA = '' } = process.env
const users = pgSchema(SCHEMA).table('users', { id: text().primaryKey() })

const pool = new pg.Pool({ connectionString: DATABASE_URL, connectionTimeoutMillis: 2_000 })
const db = drizzle({ client: pool })
const keys = new Kysely<object>({ dialect: new PostgresDialect({ pool: postgresPool(pool) }) })
await migrateToLatest(keys, { schema: SCHEMA })
await db.execute(sql`create table ${users} (id text primary key)`)

const keyring = createKeyring({
  prefix: 'tb',
  access: defineAccess({ scopes: { 'tasks.read': 'See tasks', 'tasks.create': 'Add tasks' } }),
  store: kyselyStore(keys, { schema: SCHEMA }),
  hasher: hmacSha256({ current: 'p1', peppers: { p1: process.env.KEYWRIGHT_PEPPER } }),
  resolveOwner: async ({ id }) => {
    const [user] = await db.select().from(users).where(eq(users.id, id))
    return user === undefined ? null : { scopes: ['tasks.*'] }
  },
})

/** Makes a user and their first key, or neither. */
async function signUp(id: string, andThen: () => void = () => {}) {
  const client = await pool.connect()
  try {
    return await drizzle({ client }).transaction(async (tx) => {
      await tx.insert(users).values({ id })
      const owner = { type: 'user', id, organizationId: 'acme' } as const
      const inside = keyring.inTransaction(transactionOn(client, 'postgres'))
      const { token } = await inside.create({ name: 'first', owner, scopes: ['tasks.read'] })
      andThen()
      return token
    })
  } finally {
    client.release()
  }
}

const app = Fastify()
await app.register(keywright(keyring))
app.get('/tasks', { config: { scopes: ['tasks.read'] } }, async (req) => ({ askedBy: req.principal.user }))
app.post('/tasks', { config: { scopes: ['tasks.create'] } }, async () => ({ added: true }))

const port = Number(process.env.PORT)
await app.listen({ port })
const token = await signUp('ada')
const failed = await signUp('bob', () => {
  throw new Error('something else fails')
}).catch(() => 'rolled back')
const inOrganization = await keyring.stats({ organizationId: 'acme' })
const found = await db.select().from(users)
const chain = await keyring.audit.verify({ organizationId: 'acme' })
if (failed !== 'rolled back' || found.length !== 1 || inOrganization.totalCreated !== 1 || !chain.ok) {
  throw new Error(`${failed}: ${found.length} users, ${inOrganization.totalCreated} keys, ${JSON.stringify(chain)}`)
}
console.log(`curl -H 'Authorization: Bearer ${token.reveal()}' http://localhost:${port}/tasks`)
