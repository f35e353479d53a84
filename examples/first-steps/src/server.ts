import { createKeyring, defineAccess, hmacSha256 } from '@keywright/core'
import { requireKey } from '@keywright/express'
import { sqliteStore } from '@keywright/kysely/sqlite'
import express from 'express'

// Your users, and what each may do now in their organization. Yours come from your own tables.
const users = new Map([['ada', { organizationId: 'acme', scopes: ['tasks.*'] }]])

const keyring = createKeyring({
  prefix: 'tb',
  environment: 'live',
  access: defineAccess({ scopes: { 'tasks.read': 'See tasks', 'tasks.create': 'Add tasks' } }),
  store: await sqliteStore('keys.sqlite'),
  hasher: hmacSha256({ current: 'p1', peppers: { p1: process.env.KEYWRIGHT_PEPPER } }),
  // Asked on each request. Whoever has left the organization has no rights there, and no key of theirs has any.
  resolveOwner: (owner) => {
    const user = users.get(owner.id)
    const isMember = owner.type === 'user' && user?.organizationId === owner.organizationId
    return isMember ? { scopes: user.scopes } : null
  },
})

const app = express()
app.get('/tasks', requireKey(keyring, { scopes: ['tasks.read'] }), (req, res) => {
  res.json({ tasks: ['Write the release notes'], askedBy: req.principal.user })
})

const port = Number(process.env.PORT ?? 3000)
app.listen(port, async () => {
  const { keys } = await keyring.list({ organizationId: 'acme', limit: 1 })
  if (keys.length > 0)
    return console.log('Ready. The key was shown at the first start; delete keys.sqlite to begin again.')
  const { token } = await keyring.create({
    name: 'my first key',
    owner: { type: 'user', id: 'ada', organizationId: 'acme' },
    scopes: ['tasks.read'],
  })
  console.log(`curl -H 'Authorization: Bearer ${token.reveal()}' http://localhost:${port}/tasks`)
})
