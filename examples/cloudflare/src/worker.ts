// A Worker whose keys are in D1: a guarded route, the management API, and the settings page that asks it.
import { managementApi } from '@keywright/api'
import { createKeyring, defineAccess, hmacSha256, type Keyring } from '@keywright/core'
import type { KeyStore } from '@keywright/core/store'
import { type D1Like, d1Store } from '@keywright/d1'
import { dashboard } from '@keywright/dashboard'
import { type GuardOptions, requireKey } from '@keywright/hono'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { getConnInfo } from 'hono/cloudflare-workers'
import { getCookie, setCookie } from 'hono/cookie'
import { timingSafeEqual } from 'hono/utils/buffer'

/** The bindings of wrangler.jsonc, and the secrets. */
interface Env {
  readonly DB: D1Like
  readonly KEYWRIGHT_PEPPER: string
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
    hasher: hmacSha256({ current: 'p1', peppers: { p1: env.KEYWRIGHT_PEPPER } }),
    resolveOwner: 'uncapped', // or what the owner may do now, from your own tables
  })
}

type WorkerContext = Context<{ Bindings: Env }>

/** Answers with a keyring of the request's own: timers of a Worker end with the request, and so would uses that wait for one. */
async function withKeyring<T>(c: WorkerContext, answer: (keyring: Keyring<typeof access>) => Promise<T>): Promise<T> {
  const keyring = openKeyring(c.env)
  try {
    return await answer(keyring)
  } finally {
    c.executionCtx.waitUntil(keyring.close()) // writes the use, behind the answer
  }
}

function guard(options: GuardOptions<typeof access>): MiddlewareHandler {
  return (c, next) => withKeyring(c, (keyring) => requireKey(keyring, { ...options, connInfo: getConnInfo })(c, next))
}

// Your own login goes here: who sends a request, and what they may do now. In its place, one administrator has a secret: programs send
// it in a header, and browsers in a cookie, which they send whoever asks them to (`ambient`).
const cookie = 'admin'
const isAdmin = async (given: unknown, { ADMIN_TOKEN }: Env): Promise<boolean> =>
  typeof given === 'string' && given !== '' && timingSafeEqual(given, ADMIN_TOKEN)

const manage = (c: WorkerContext): Promise<Response> =>
  withKeyring(c, (keyring) => {
    const management = managementApi(keyring, {
      authenticate: async ({ headers }) => {
        const sent = headers.get('Authorization')
        const isKnown = await isAdmin(sent === null ? getCookie(c, cookie) : sent.replace(/^Bearer /, ''), c.env)
        return isKnown
          ? { actor: { type: 'user', id: 'admin' }, authority: { scopes: ['*'] }, ambient: sent === null }
          : null
      },
      organization: async () => 'acme',
    })
    return management.fetch(c.req.raw)
  })

/** "Settings > API keys". The document is public: what it shows comes from the management API. */
const settings = (c: WorkerContext): Promise<Response> =>
  withKeyring(c, (keyring) => dashboard(keyring, { branding: { productName: 'Tasks' } }).fetch(c.req.raw))

const signIn = async (c: WorkerContext): Promise<Response> => {
  const { token } = await c.req.parseBody()
  if (!(await isAdmin(token, c.env))) return c.text('Wrong', 403)
  setCookie(c, cookie, c.env.ADMIN_TOKEN, { httpOnly: true, secure: true, sameSite: 'Strict', path: '/api' })
  return c.redirect('/settings/api-keys', 303)
}

const app = new Hono<{ Bindings: Env }>()
app.get('/tasks', guard({ scopes: ['tasks.read'] }), (c) => c.json({ tasks: ['Write the release notes'] }))
app.all('/api/api-keys', manage)
app.all('/api/api-keys/*', manage)
app.get('/settings/api-keys', settings)
app.get('/settings/api-keys/*', settings)
app.get('/sign-in', (c) =>
  c.html('<form method="post"><input type="password" name="token"><button>Sign in</button></form>'),
)
app.post('/sign-in', signIn)

export default app
