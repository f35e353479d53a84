import { createServer } from 'node:http'
import { createKeyring, defineAccess, hmacSha256, memoryStore } from '@keywright/core'
import { createMcpAuth, scoped } from '@keywright/mcp'
import { createMcpExpressApp } from '@modelcontextprotocol/sdk/server/express.js'
import express, { type Express } from 'express'
import { keyProxy } from './key-proxy.js'
import { type Listening, listen } from './listen.js'
import type { Guarding, OpenSession, Session } from './sdks.js'

/** Serves the sessions of one server at `/mcp`. */
function endpoint(app: Express, openSession: OpenSession, guarding: Guarding): Promise<Listening> {
  const sessions = new Map<string, Session>()
  app.all('/mcp', async (req, res) => {
    const known = sessions.get(String(req.headers['mcp-session-id']))
    const session = known ?? (await openSession(guarding, (id, made) => void sessions.set(id, made)))
    await session.handleRequest(req, res, req.body)
  })
  return listen(createServer(app))
}

/** A server that needs no key. */
export function serveOpen(openSession: OpenSession): Promise<Listening> {
  return endpoint(createMcpExpressApp(), openSession, {
    protect: (server) => server,
    declare: (_access, handler) => handler,
  })
}

const access = defineAccess({
  scopes: { 'tests.run': 'Run tests', 'tests.ask': 'Ask the client', 'records.read': 'See a record' },
  resources: { record: { levels: { read: ['records.read'] } } },
})

/** The same server behind a guard, reached through a proxy that adds a key. */
export interface Guarded {
  /** The URL of the proxy. */
  readonly url: string
  /** Sets the key that the proxy adds. At first it adds none. */
  use(key: string | null): void
  /** Creates a key with the rights for all tests, or for none. */
  aKey(grants: 'all' | 'none'): Promise<string>
  close(): Promise<void>
}

/** The page that refusals name. */
export const docsUrl = 'https://example.com/keys'

/** Starts the guarded server and its proxy. Call `close` at the end. */
export async function serveGuarded(openSession: OpenSession): Promise<Guarded> {
  const keyring = createKeyring({
    prefix: 'tk',
    access,
    store: memoryStore(),
    hasher: hmacSha256({ current: 'p1', peppers: { p1: 'pepper of the suite, 32 bytes or more' } }),
    resolveOwner: 'uncapped',
  })
  let key: string | null = null
  let target = ''
  const proxy = await keyProxy(
    () => target,
    () => key,
  )
  // Clients send the address of the proxy as `Host`.
  const places = { allowedHosts: [proxy.host], allowedOrigins: [`http://${proxy.host}`] }
  const auth = createMcpAuth(keyring, { docsUrl, ...places })
  const app = express().use('/mcp', auth.express(), express.json())
  const server = await endpoint(app, openSession, { protect: auth.protect, declare: scoped })
  target = server.url
  return {
    url: proxy.url,
    use: (given) => {
      key = given
    },
    aKey: async (grants) => {
      const given =
        grants === 'all'
          ? ({ scopes: ['tests.run', 'tests.ask'], resources: { record: { mode: 'all', level: 'read' } } } as const)
          : {}
      const owner = { type: 'user', id: 'ada', organizationId: 'org1' } as const
      return (await keyring.create({ name: 'suite', owner, ...given })).token.reveal()
    },
    close: async () => {
      await proxy.close()
      await server.close()
      await keyring.close()
    },
  }
}
