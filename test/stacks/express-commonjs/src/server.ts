// A program as many are: CommonJS, with the resolution that knows no `exports`, and its own Kysely over the driver.
import { createKeyring, defineAccess, hmacSha256, type Keyring } from '@keywright/core'
import { isSubset } from '@keywright/core/scope'
import { requireKey } from '@keywright/express'
import { kyselyStore, libsqlDatabase, migrateToLatest } from '@keywright/kysely'

import express = require('express')

import { Kysely, SqliteDialect } from 'kysely'

import Database = require('libsql')

const access = defineAccess({ scopes: { 'tasks.read': 'See tasks', 'tasks.create': 'Add tasks' } })

async function openKeyring(): Promise<Keyring<typeof access>> {
  const database = libsqlDatabase(new Database('keys.sqlite'))
  const db = new Kysely<{ users: { id: string } }>({ dialect: new SqliteDialect({ database }) })
  await migrateToLatest(db)
  return createKeyring({
    prefix: 'tb',
    access,
    store: kyselyStore(db),
    hasher: hmacSha256({ current: 'p1', peppers: { p1: process.env.KEYWRIGHT_PEPPER } }),
    resolveOwner: () => ({ scopes: ['tasks.*'] }),
  })
}

async function main(): Promise<void> {
  const keyring = await openKeyring()
  if (!isSubset(['tasks.read'], ['tasks.*'])) throw new Error('the algebra of scopes is another')
  const app = express()
  app.get('/tasks', requireKey(keyring, { scopes: ['tasks.read'] }), (req, res) => {
    res.json({ askedBy: req.principal.user })
  })
  app.post('/tasks', requireKey(keyring, { scopes: ['tasks.create'] }), (_req, res) => void res.json({ added: true }))
  const port = Number(process.env.PORT)
  app.listen(port, async () => {
    const owner = { type: 'user', id: 'ada', organizationId: 'acme' } as const
    const { token } = await keyring.create({ name: 'first', owner, scopes: ['tasks.read'] })
    console.log(`curl -H 'Authorization: Bearer ${token.reveal()}' http://localhost:${port}/tasks`)
  })
}

void main()
