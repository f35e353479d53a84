import { createKeyring, hmacSha256 } from '@keywright/core'
import { type D1Like, d1Store } from '@keywright/d1'
import { requireKey } from '@keywright/hono'
import { type Context, Hono, type Next } from 'hono'
import { getConnInfo } from 'hono/cloudflare-workers'
import { access } from './access.js'

/** The binding of wrangler.jsonc, and a secret. */
export interface Env {
  readonly DB: D1Like
  readonly KEYWRIGHT_PEPPER: string
}

let store: ReturnType<typeof d1Store> | undefined

/** A keyring for one request, over a store for the isolate. */
export function openKeyring({ DB, KEYWRIGHT_PEPPER }: Env) {
  store ??= d1Store(DB)
  const hasher = hmacSha256({ current: 'p1', peppers: { p1: KEYWRIGHT_PEPPER } })
  return createKeyring({ prefix: 'tb', access, store, hasher, resolveOwner: 'uncapped' })
}

async function guard(c: Context, next: Next) {
  const keyring = openKeyring(c.env)
  try {
    return await requireKey(keyring, { scopes: ['members.read'], connInfo: getConnInfo })(c, next)
  } finally {
    c.executionCtx.waitUntil(keyring.close()) // writes the use behind the answer: timers end with the request
  }
}

const app = new Hono<{ Bindings: Env }>()
app.get('/members', guard, (c) => c.json({ members: ['ada'] }))

export default app
