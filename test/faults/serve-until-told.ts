import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { requireKey } from '@keywright/express'
import express from 'express'
import { type ChildPlace, openKeyring } from './child-keyring.js'

const order = JSON.parse(process.argv[2] ?? '{}') as ChildPlace // from the test
const { db, keyring } = openKeyring(order)
const app = express()
app.get('/', requireKey(keyring, { scopes: ['members.read'] }), (_req, res) => {
  res.json({ ok: true })
})
const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')

// As the README tells a host to end.
process.once('SIGTERM', () => {
  server.close(async () => {
    await keyring.close()
    await db.destroy()
    process.disconnect()
  })
})
process.send?.((server.address() as AddressInfo).port) // it listens on TCP
