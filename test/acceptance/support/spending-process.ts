import type { AddressInfo } from 'node:net'
import { requireKey } from '@keywright/express'
import express from 'express'
import { openBudgeted } from './budgeted-product.js'
import type { ProductDatabase } from './product-database.js'

// One more process of a product whose calls cost credits: tells the port at which it serves `POST /answers`.
const options: ProductDatabase = JSON.parse(process.argv[2] ?? '')
const { keyring } = openBudgeted(options)
const app = express()
app.post('/answers', requireKey(keyring, { scopes: ['answers.write'], cost: 3 }), async (req, res, next) => {
  try {
    // What an answer cost is known when it is there: 1 to 5 credits.
    const cost = 1 + (Number(req.query.n) % 5)
    await keyring.budgets.settle(req.principal, cost)
    res.json({ cost })
  } catch (error) {
    next(error)
  }
})
const server = app.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit())
