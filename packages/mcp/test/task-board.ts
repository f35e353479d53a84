import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve as serveHono } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import {
  type CreateInput,
  createKeyring,
  defineAccess,
  hmacSha256,
  type Keyring,
  type KeyringOptions,
  memoryStore,
  type RateLimit,
} from '@keywright/core'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { completable as completableV1 } from '@modelcontextprotocol/sdk/server/completable.js'
import { McpServer as ServerV1, ResourceTemplate as TemplateV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { SubscribeRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { completable, createMcpHandler, McpServer, ResourceTemplate } from '@modelcontextprotocol/server'
import express from 'express'
import { Hono } from 'hono'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import { z as z4 } from 'zod/v4'
import { createMcpAuth, type McpAuth, type McpAuthOptions, scoped } from '../src/index.js'

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

/** Whose owners are suspended. */
export const suspended = new Set<string>()

export function aKeyring(
  limit: RateLimit = { limit: 1_000, windowMs: 60_000 },
  options: Partial<KeyringOptions<Board>> = {},
): Keyring<Board> {
  return createKeyring({
    prefix: 'tk',
    access,
    store: memoryStore(),
    hasher: hmacSha256({ current: 'p1', peppers: { p1: 'pepper of the tests, 32 bytes or more' } }),
    resolveOwner: ({ id }) => (suspended.has(id) ? null : { scopes: ['*'], levels: () => 'edit' }),
    rateLimits: { default: limit },
    ...options,
  })
}

export type KeyInput = Partial<CreateInput<Board>>

/** Makes a key and gives its token and id. */
export async function aToken(keyring: Keyring<Board>, input: KeyInput = {}): Promise<{ token: string; id: string }> {
  const owner = { type: 'user', id: 'ada', organizationId: 'org1' } as const
  const { key, token } = await keyring.create({ name: 'test', owner, ...input })
  return { token: token.reveal(), id: key.id }
}

/** All that a full key may do. */
export const full: KeyInput = {
  scopes: ['members.read', 'members.manage'],
  resources: { board: { mode: 'all', level: 'edit' } },
}
/** Reads members, edits b1, reads b2. */
export const partial: KeyInput = {
  scopes: ['members.read'],
  resources: { board: { mode: 'specific', levels: { b1: 'edit', b2: 'read' } } },
}

const onBoard = ({ boardId }: Readonly<Record<string, unknown>>) => ({ type: 'board', id: boardId })
const boards = ['b1', 'b2', 'b3']

/** The handlers are the same for both SDKs: only the SDKs' own classes differ. */
const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] })
const message = (value: string) => ({
  messages: [{ role: 'user' as const, content: { type: 'text' as const, text: value } }],
})
const contents = (uri: URL) => ({ contents: [{ uri: uri.href, text: `content of ${uri.href}` }] })

export const ran: string[] = []

export function registerV1(server: ServerV1, auth: Pick<McpAuth<Board>, 'principal'>): ServerV1 {
  server.registerTool(
    'whoami',
    {},
    scoped('public', (extra) => text(auth.principal(extra).key.id)),
  )
  server.registerTool(
    'members_remove',
    { inputSchema: { id: z.string() } },
    scoped({ scopes: ['members.manage'] }, ({ id }) => text(id.toUpperCase())),
  )
  server.registerTool(
    'tasks_create',
    { inputSchema: { boardId: z.string().trim(), title: z.string() } },
    scoped({ scopes: ['tasks.create'], on: onBoard }, async ({ boardId }, extra) => {
      ran.push(boardId)
      const widened = auth.principal(extra).narrowTo({ board: boards })
      const reached: string[] = []
      for (const id of boards) if ((await widened.levelOn('board', id)) !== null) reached.push(id)
      return text(`created on ${boardId}, reaches ${reached.join()}`)
    }),
  )
  server.registerTool(
    'report',
    {},
    scoped({ scopes: ['members.read'], cost: 5 }, () => text('report')),
  )
  server.registerTool('forgotten', {}, () => text('nobody said who may'))
  server.registerTool(
    'wait',
    {},
    scoped(
      'public',
      (extra) => new Promise((resolve) => extra.signal.addEventListener('abort', () => resolve(text('over')))),
    ),
  )
  server.registerPrompt(
    'invite',
    { argsSchema: { name: completableV1(z.string(), () => ['Secret Sue']) } },
    scoped({ scopes: ['members.manage'] }, ({ name }) => message(name)),
  )
  server.registerPrompt(
    'hello',
    {},
    scoped('public', () => message('hello')),
  )
  server.registerResource('members', 'doc://members', {}, scoped({ scopes: ['members.manage'] }, contents))
  server.registerResource('help', 'doc://help', {}, scoped('public', contents))
  server.registerResource(
    'board',
    new TemplateV1('board://{boardId}', {
      list: () => ({ resources: boards.map((id) => ({ uri: `board://${id}`, name: id })) }),
      complete: { boardId: () => boards },
    }),
    {},
    scoped({ scopes: ['tasks.read'], on: onBoard }, contents),
  )
  server.registerResource(
    'member',
    new TemplateV1('member://{id}', { list: undefined }),
    {},
    scoped({ scopes: ['members.manage'] }, contents),
  )
  return server
}

export function registerV2(server: McpServer, auth: Pick<McpAuth<Board>, 'principal'>): McpServer {
  server.registerTool(
    'whoami',
    {},
    scoped('public', (ctx) => text(auth.principal(ctx).key.id)),
  )
  server.registerTool(
    'members_remove',
    { inputSchema: z4.object({ id: z4.string() }) },
    scoped({ scopes: ['members.manage'] }, ({ id }) => text(id.toUpperCase())),
  )
  server.registerTool(
    'tasks_create',
    { inputSchema: z4.object({ boardId: z4.string().trim(), title: z4.string() }) },
    scoped({ scopes: ['tasks.create'], on: onBoard }, async ({ boardId }, ctx) => {
      ran.push(boardId)
      const widened = auth.principal(ctx).narrowTo({ board: boards })
      const reached: string[] = []
      for (const id of boards) if ((await widened.levelOn('board', id)) !== null) reached.push(id)
      return text(`created on ${boardId}, reaches ${reached.join()}`)
    }),
  )
  server.registerTool(
    'report',
    {},
    scoped({ scopes: ['members.read'], cost: 5 }, () => text('report')),
  )
  server.registerTool('forgotten', {}, () => text('nobody said who may'))
  server.registerPrompt(
    'invite',
    { argsSchema: z4.object({ name: completable(z4.string(), () => ['Secret Sue']) }) },
    scoped({ scopes: ['members.manage'] }, ({ name }) => message(name)),
  )
  server.registerPrompt(
    'hello',
    {},
    scoped('public', () => message('hello')),
  )
  server.registerResource('members', 'doc://members', {}, scoped({ scopes: ['members.manage'] }, contents))
  server.registerResource('help', 'doc://help', {}, scoped('public', contents))
  server.registerResource(
    'board',
    new ResourceTemplate('board://{boardId}', {
      list: () => ({ resources: boards.map((id) => ({ uri: `board://${id}`, name: id })) }),
      complete: { boardId: () => boards },
    }),
    {},
    scoped({ scopes: ['tasks.read'], on: onBoard }, contents),
  )
  server.registerResource(
    'member',
    new ResourceTemplate('member://{id}', { list: undefined }),
    {},
    scoped({ scopes: ['members.manage'] }, contents),
  )
  return server
}

/** A running server: where it is, and what stands before it. */
export interface Stage {
  readonly keyring: Keyring<Board>
  readonly auth: McpAuth<Board>
  readonly url: string
  /** What the handlers were given, as JSON. */
  readonly seen: string[]
}

export type Serve = (options?: McpAuthOptions<Board>, keyring?: Keyring<Board>) => Promise<Stage>

/** v1 on Express, with sessions. */
export const serveV1: Serve = async (options = {}, keyring = aKeyring()) => {
  const auth = createMcpAuth(keyring, options)
  const seen: string[] = []
  const transports = new Map<string, StreamableHTTPServerTransport>()
  const app = express()
  app.all('/mcp', express.json(), auth.express(), async (req, res) => {
    seen.push(JSON.stringify([req.headers, req.rawHeaders, Reflect.get(req, 'auth')]))
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
      registerV1(server, auth)
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
    return registerV2(server, auth)
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

/** As much of the official clients as both have. */
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
