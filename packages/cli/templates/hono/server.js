import { serve } from '@hono/node-server'
import { requireKey } from '@keywright/hono'
import { Hono } from 'hono'
import { keyring } from './keyring.js'

const app = new Hono()

app.get('/tasks', requireKey(keyring, { scopes: ['tasks.read'] }), (c) => {
  return c.json({ tasks: ['Write the release notes'], askedBy: c.get('principal').user })
})

app.post('/tasks', requireKey(keyring, { scopes: ['tasks.create'] }), (c) => c.json({ added: true }, 201))

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) })

// The first start makes a key. Its token is shown this once; the database has only a hash of it.
const { keys } = await keyring.list({ organizationId: 'acme', limit: 1 })
if (keys.length === 0) {
  const { token } = await keyring.create({
    name: 'my first key',
    owner: { type: 'user', id: 'ada', organizationId: 'acme' },
    scopes: ['tasks.read'],
  })
  console.log(`Your key: ${token.reveal()}`)
}
