import type { AddressInfo } from 'node:net'
import { requireKey } from '@keywright/express'
import express from 'express'
import { openSharing, type SharingOptions } from './sharing-product.js'

// One more process of a product whose keys share limits: tells the port at which it serves `GET /answers`.
const options: SharingOptions = JSON.parse(process.argv[2] ?? '')
const { keyring } = openSharing(options)
const app = express()
app.get('/answers', requireKey(keyring, { scopes: ['answers.write'] }), (_, res) => {
  res.json({})
})
const server = app.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit())
