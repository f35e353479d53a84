import type { Keyring } from '@keywright/core'
import { requireKey } from '@keywright/hono'
import { Hono } from 'hono'
import type { access } from './access.js'

/** The application. It is given its keyring, so that a test can give it another. */
export function createApp(keyring: Keyring<typeof access>): Hono {
  const app = new Hono()
  app.get('/members', requireKey(keyring, { scopes: ['members.read'] }), (c) => c.json({ members: ['ada'] }))
  return app
}
