import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hmacSha256, type KeyringOptions, memoryStore } from '@keywright/core'
import {
  aKey,
  type RawAnswer,
  type RawRequest,
  rawRequest,
  type TestKeyring,
  testKeyring,
  testPeppers,
} from '@keywright/testkit'
import express5, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
import express4 from 'express4'
import { onTestFinished, vi } from 'vitest'
import { unlessEverything } from '../../../test/support/everything.js'
import { type GuardOptions, requireKey } from '../src/index.js'

const hasher = hmacSha256({ current: 'p1', peppers: testPeppers })

/** The key `{K}` of the header vectors: live, may read members and board `b1`. */
export const K = 'tk_live_a1B2c3D4e5F6_Kq3vT8nB1xZr5WdY7pLc9MhJ2sFgA4eU3TDB0r'
/** A key of the test environment. */
export const KT = 'tk_test_a1B2c3D4e5F6_Kq3vT8nB1xZr5WdY7pLc9MhJ2sFgA4eU0UtxI7'
export const keyId = 'a1B2c3D4e5F6'

/** A keyring that knows {@link K} alone. */
export async function openKeyring(limits: Pick<KeyringOptions, 'rateLimits'> = {}) {
  const store = memoryStore() // by the process's clock
  const { keyring, events } = testKeyring({ ...limits, store, resolveOwner: 'uncapped', verifyTimeoutMs: 50 })
  const write = aKey({
    id: keyId,
    previousHash: null,
    previousHashExpiresAt: null,
    ipAllowList: null,
    binding: null,
    rateLimits: null,
    hash: await hasher.hash({ id: keyId, token: K }),
    grants: {
      scopes: ['members.read'],
      roles: [],
      resources: { board: { mode: 'specific', levels: { b1: 'read' } } },
    },
  })
  await store.insert({ id: keyId, organizationId: 'org-1', quota: null, decide: () => ({ write, audit: [] }) })
  return { keyring, events }
}

export type TaskKeyring = TestKeyring['keyring']

/** The versions of Express to try everything on: Express 4 where everything is tested. */
export const versions = unlessEverything(
  [
    ['Express 5', express5],
    ['Express 4', express4],
  ] as const,
  ([name]) => name === 'Express 5',
  ([name]) => name,
)

/** Puts the guard and the handler into an app. */
export type Layout = (app: Express, guard: RequestHandler, handler: RequestHandler) => void

interface AppOptions {
  readonly keyring?: TaskKeyring
  readonly options?: GuardOptions<TaskKeyring['access']>
  /** @defaultValue every path is the one guarded handler */
  readonly lay?: Layout
}

/** Serves an app with one guarded handler, which answers with the id of the principal's key. */
export async function openApp(express: typeof express5, { keyring, options = {}, lay }: AppOptions = {}) {
  const ring = keyring === undefined ? await openKeyring() : { keyring, events: [] }
  const handler = vi.fn<RequestHandler>((req, res) => void res.send(req.principal.key.id))
  const errors: Error[] = []
  const keepError: ErrorRequestHandler = (error, _req, res, _next) => {
    errors.push(error)
    if (!res.headersSent) res.status(500)
    res.end()
  }
  const app = express()
  const guard = requireKey(ring.keyring, options)
  if (lay === undefined) app.use(guard, handler)
  else lay(app, guard, handler)
  app.use(keepError)
  return { ...ring, handler, errors, send: await serve(app) }
}

/** Serves `app` until the test ends; the function returned sends it one request, byte by byte as written. */
async function serve(app: RequestListener): Promise<(sent?: RawRequest) => Promise<RawAnswer>> {
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // it listens on a port, not on a pipe
  return (sent) => rawRequest(port, sent)
}
