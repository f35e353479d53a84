import { serve } from '@hono/node-server'
import { createKeyring, defineAccess, hmacSha256 } from '@keywright/core'
import { requireKey } from '@keywright/hono'
import { sqliteStore } from '@keywright/kysely/sqlite'
import { Hono } from 'hono'

const keyring = createKeyring({
  prefix: 'tb',
  access: defineAccess({ scopes: { 'tasks.read': 'See tasks', 'tasks.create': 'Add tasks' } }),
  store: await sqliteStore('keys.sqlite'),
  hasher: hmacSha256({ current: 'p1', peppers: { p1: process.env.KEYWRIGHT_PEPPER } }),
  resolveOwner: () => ({ scopes: ['tasks.*'] }),
})

const app = new Hono()
app.get('/tasks', requireKey(keyring, { scopes: ['tasks.read'] }), (c) => c.json({ askedBy: c.get('principal').user }))
app.post('/tasks', requireKey(keyring, { scopes: ['tasks.create'] }), (c) => c.json({ added: true }))

const port = Number(process.env.PORT)
serve({ fetch: app.fetch, port }, async () => {
  const owner = { type: 'user', id: 'ada', organizationId: 'acme' } as const
  const { token } = await keyring.create({ name: 'first', owner, scopes: ['tasks.read'] })
  console.log(`curl -H 'Authorization: Bearer ${token.reveal()}' http://localhost:${port}/tasks`)
})
