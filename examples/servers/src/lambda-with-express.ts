import type { Keyring } from '@keywright/core'
import { requireKey } from '@keywright/express'
import express from 'express'
import serverless from 'serverless-http'

/** The same with an Express app. The stand-in for a socket has the client's address, and counts as encrypted. */
export function lambdaWithExpress(keyring: Keyring) {
  const app = express()
  app.get('/tasks', requireKey(keyring, { scopes: ['tasks.read'] }), (req, res) => {
    res.json({ askedBy: req.principal.key.name })
  })
  return serverless(app)
}
