import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve as serveHono } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import {
  type CreateInput,
  defineAccess,
  type Keyring,
  type KeyringOptions,
  memoryStore,
  type RateLimit,
} from '@keywright/core'
import { testKeyring } from '@keywright/testkit'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { McpServer as ServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { SubscribeRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import express from 'express'
import { Hono } from 'hono'
import { onTestFinished } from 'vitest'
import { createMcpAuth, type McpAuth, type McpAuthOptions, scoped } from '../src/index.js'
import { register, text, v1, v2 } from './register.js'

export const access = defineAccess({
  scopes: {
    'members.read': 'See members',
    'members.manage': 'Manage members',
    'tasks.read': 'See tasks',
    'tasks.create': 'Create tasks',
  },
  resources: { board: { levels: { read: ['tasks.read'], edit: ['tasks.read', 'tasks.create'] } } },
})
export type Board = typeof access

/** The ids of suspended owners. */
export const suspended = new Set<string>()

export function aKeyring(
  limit: RateLimit = { limit: 1_000, windowMs: 60_000 },
  options: Partial<KeyringOptions<Board>> = {},
): Keyring<Board> {
  return testKeyring({
    access,
    store: memoryStore(),
    resolveOwner: ({ id }) => (suspended.has(id) ? null : { scopes: ['*'], levels: () => 'edit' }),
    rateLimits: { default: limit },
    ...options,
  }).keyring
}

export type KeyInput = Partial<CreateInput<Board>>

/** Creates a key, and returns its token and id. */
export async function aToken(keyring: Keyring<Board>, input: KeyInput = {}): Promise<{ token: string; id: string }> {
  const owner = { type: 'user', id: 'ada', organizationId: 'org1' } as const
  const { key, token } = await keyring.create({ name: 'test', owner, ...input })
  return { token: token.reveal(), id: key.id }
}

/** Everything that a key may do. */
export const full: KeyInput = {
  scopes: ['members.read', 'members.manage'],
  resources: { board: { mode: 'all', level: 'edit' } },
}
/** May read members, edit b1 and read b2. */
export const partial: KeyInput = {
  scopes: ['members.read'],
  resources: { board: { mode: 'specific', levels: { b1: 'edit', b2: 'read' } } },
}

/** A running server behind a guard. */
export interface Stage {
  readonly keyring: Keyring<Board>
  readonly auth: McpAuth<Board>
  readonly url: string
  /** What the handlers received, as JSON. */
  readonly seen: string[]
}

export type Serve = (options?: McpAuthOptions<Board>, keyring?: Keyring<Board>) => Promise<Stage>

/** A tool that answers when its call is aborted. */
const untilAborted = ({ signal }: { readonly signal: AbortSignal }) =>
  new Promise<ReturnType<typeof text>>((resolve) => signal.addEventListener('abort', () => resolve(text('over'))))

/** v1 on Express, with sessions. */
export const serveV1: Serve = async (options = {}, keyring = aKeyring()) => {
  const auth = createMcpAuth(keyring, options)
  const seen: string[] = []
  const transports = new Map<string, StreamableHTTPServerTransport>()
  const app = express()
  app.all('/mcp', express.json(), auth.express(), async (req, res) => {
    seen.push(JSON.stringify([req.headers, req.rawHeaders, req.headersDistinct, Reflect.get(req, 'auth')]))
    const sessionId = req.headers['mcp-session-id']
    let transport = typeof sessionId === 'string' ? transports.get(sessionId) : undefined
    if (transport === undefined) {
      const made = new StreamableHTTPServerTransport({
        sessionIdGenerator: () => crypto.randomUUID(),
        onsessioninitialized: (id) => void transports.set(id, made),
      })
      transport = made
      const server = auth.protect(new ServerV1({ name: 'board', version: '1' }))
      server.server.registerCapabilities({ resources: { subscribe: true } })
      register(server, auth, v1)
      server.registerTool('wait', {}, scoped('public', untilAborted))
      server.server.setRequestHandler(SubscribeRequestSchema, () => ({}))
      await server.connect(made as Parameters<ServerV1['connect']>[0])
    }
    await transport.handleRequest(req, res, req.body)
  })
  return { keyring, auth, seen, url: await listening(createServer(app)) }
}

/** v2 on Hono: legacy and modern clients. */
export const serveV2: Serve = async (options = {}, keyring = aKeyring()) => {
  const auth = createMcpAuth(keyring, options)
  const seen: string[] = []
  const handler = createMcpHandler(({ authInfo, requestInfo }) => {
    seen.push(JSON.stringify([[...(requestInfo?.headers ?? [])], authInfo]))
    const server = auth.protect(new McpServer({ name: 'board', version: '1' }))
    server.server.registerCapabilities({ resources: { subscribe: true } })
    return register(server, auth, v2)
  })
  const mcp = auth.fetch(handler)
  const app = new Hono()
  app.all('/mcp', (c) => mcp(c.req.raw, { remoteAddress: getConnInfo(c).remote.address }))
  const server = serveHono({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server
  return { keyring, auth, seen, url: await listening(server) }
}

export async function listening(server: Server): Promise<string> {
  if (!server.listening) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
}

/** The methods that the official clients of both SDKs have. */
export type AnyClient = Pick<
  ClientV1,
  | 'listTools'
  | 'callTool'
  | 'listPrompts'
  | 'getPrompt'
  | 'listResources'
  | 'listResourceTemplates'
  | 'readResource'
  | 'complete'
> & { close(): Promise<void> }

export type Connect = (url: string, token: string) => Promise<AnyClient>

const withKey = (token: string) => ({ requestInit: { headers: { Authorization: `Bearer ${token}` } } })

export const connectV1: Connect = async (url, token) => {
  const client = new ClientV1({ name: 'v1', version: '1' })
  await client.connect(new TransportV1(new URL(url), withKey(token)) as Parameters<ClientV1['connect']>[0])
  onTestFinished(() => client.close())
  return client
}

const connectV2 =
  (mode: 'legacy' | 'modern'): Connect =>
  async (url, token) => {
    const client = new Client(
      { name: 'v2', version: '1' },
      mode === 'legacy' ? {} : { versionNegotiation: { mode: { pin: '2026-07-28' } } },
    )
    await client.connect(new StreamableHTTPClientTransport(new URL(url), withKey(token)))
    onTestFinished(() => client.close())
    return client as unknown as AnyClient // the same methods, typed by another zod
  }

export const hosts: readonly { name: string; serve: Serve; connect: Connect }[] = [
  { name: 'v1 on Express', serve: serveV1, connect: connectV1 },
  { name: 'v2 on Hono, legacy client', serve: serveV2, connect: connectV2('legacy') },
  { name: 'v2 on Hono, modern client', serve: serveV2, connect: connectV2('modern') },
]
