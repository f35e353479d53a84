import { createKeyring, defineAccess, hmacSha256 } from '@keywright/core'
import { requireKey } from '@keywright/express'
import { kyselyStore, libsqlDatabase, migrateToLatest } from '@keywright/kysely'
import express from 'express'
import { Kysely, SqliteDialect } from 'kysely'
import Database from 'libsql'

// Your users, and what each may do now. Yours come from your own tables.
const users = new Map([['ada', { scopes: ['tasks.*'] }]])

const database = libsqlDatabase(new Database('keys.sqlite'))
const db = new Kysely<object>({ dialect: new SqliteDialect({ database }) })
await migrateToLatest(db)

const keyring = createKeyring({
  prefix: 'tb',
  environment: 'live',
  access: defineAccess({ scopes: { 'tasks.read': 'See tasks', 'tasks.create': 'Add tasks' } }),
  store: kyselyStore(db),
  hasher: hmacSha256({ current: 'p1', peppers: { p1: process.env.PEPPER } }),
  resolveOwner: (owner) => users.get(owner.id) ?? null,
})

const app = express()
app.get('/tasks', requireKey(keyring, { scopes: ['tasks.read'] }), (req, res) => {
  res.json({ tasks: ['Write the release notes'], askedBy: req.principal.user })
})

const port = Number(process.env.PORT ?? 3000)
app.listen(port, async () => {
  const { token } = await keyring.create({
    name: 'my first key',
    owner: { type: 'user', id: 'ada', organizationId: 'acme' },
    scopes: ['tasks.read'],
  })
  console.log(`curl -H 'Authorization: Bearer ${token.reveal()}' http://localhost:${port}/tasks`)
})
