import { requireKey } from '@keywright/express'
import express from 'express'
import { keyring } from './keyring.js'

const app = express()

app.get('/tasks', requireKey(keyring, { scopes: ['tasks.read'] }), (req, res) => {
  res.json({ tasks: ['Write the release notes'], askedBy: req.principal.user })
})

app.post('/tasks', requireKey(keyring, { scopes: ['tasks.create'] }), (_req, res) => {
  res.status(201).json({ added: true })
})

app.listen(Number(process.env.PORT ?? 3000))

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
