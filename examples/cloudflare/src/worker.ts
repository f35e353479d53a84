// A Worker whose keys are in D1: a guarded route, and the management API.
import { managementApi } from '@keywright/api'
import { createKeyring, defineAccess, hmacSha256, type Keyring } from '@keywright/core'
import type { KeyStore } from '@keywright/core/store'
import { type D1Like, d1Store } from '@keywright/d1'
import { type GuardOptions, requireKey } from '@keywright/hono'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { getConnInfo } from 'hono/cloudflare-workers'

/** The bindings of wrangler.jsonc, and the secrets. */
interface Env {
  readonly DB: D1Like
  readonly KEY_PEPPER: string
  readonly ADMIN_TOKEN: string
}

const access = defineAccess({
  scopes: {
    'api_keys.read': 'View API keys',
    'api_keys.create': 'Create API keys',
    'api_keys.revoke': 'Revoke API keys',
    'tasks.read': 'See tasks',
  },
})

/** Kept as long as the isolate: it remembers which peppers it found right. */
let store: KeyStore | undefined

function openKeyring(env: Env): Keyring<typeof access> {
  store ??= d1Store(env.DB)
  return createKeyring({
    prefix: 'tb',
    environment: 'live',
    access,
    store,
    hasher: hmacSha256({ current: 'p1', peppers: { p1: env.KEY_PEPPER } }),
    resolveOwner: 'uncapped', // or what the owner may do now, from your own tables
  })
}

/** Guards with a keyring of the request's own: timers of a Worker end with the request, and so would uses that wait for one. */
function guard(options: GuardOptions<typeof access>): MiddlewareHandler {
  return async (c, next) => {
    const keyring = openKeyring(c.env)
    try {
      return await requireKey(keyring, { ...options, connInfo: getConnInfo })(c, next)
    } finally {
      c.executionCtx.waitUntil(keyring.close()) // writes the use, behind the answer
    }
  }
}

async function manage(c: Context<{ Bindings: Env }>): Promise<Response> {
  const { env } = c
  const keyring = openKeyring(env)
  const management = managementApi(keyring, {
    // Your own login: who sends this, and what they may do now. Here, one administrator has a secret.
    authenticate: async (request) =>
      request.headers.get('Authorization') === `Bearer ${env.ADMIN_TOKEN}`
        ? { actor: { type: 'user', id: 'admin' }, authority: { scopes: ['*'] }, ambient: false }
        : null,
    organization: async () => 'acme',
  })
  try {
    return await management.fetch(c.req.raw)
  } finally {
    c.executionCtx.waitUntil(keyring.close())
  }
}

const app = new Hono<{ Bindings: Env }>()
app.get('/tasks', guard({ scopes: ['tasks.read'] }), (c) => c.json({ tasks: ['Write the release notes'] }))
app.all('/api/api-keys', manage)
app.all('/api/api-keys/*', manage)

export default app
