import { fetchGate, type Keyring } from '@keywright/core'
import { defineHandler } from 'h3'

/** A route handler of Nitro 3, or of h3 by itself: `server/routes/tasks.ts`. */
export function tasksOf(keyring: Keyring) {
  const gate = fetchGate(keyring, { scopes: ['tasks.read'] })
  return defineHandler(async ({ req }) => {
    const verdict = await gate(req, { remoteAddress: req.ip })
    if (!verdict.ok) return verdict.response
    return verdict.finish(Response.json({ askedBy: verdict.principal.key.name }))
  })
}
