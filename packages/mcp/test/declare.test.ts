import { createServer } from 'node:http'
import { InvalidOptions } from '@keywright/core'
import { Server as ServerV1 } from '@modelcontextprotocol/sdk/server/index.js'
import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import {
  CallToolRequestSchema,
  CompleteRequestSchema,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  ReadResourceRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { createMcpHandler, McpServer, Server } from '@modelcontextprotocol/server'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { createMcpAuth, type McpAuth, type McpDeclarations, scoped } from '../src/index.js'
import { type AnyClient, aKeyring, aToken, type Board, connectV1, full, listening, partial } from './task-board.js'

const info = { name: 'low', version: '1' }
const capabilities = { tools: {}, prompts: {}, resources: {}, completions: {} }
const schema = { type: 'object' as const }
const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] })

/** Everything that a low-level server does, for any name. `ran` is what its handlers were asked. */
function lowLevel() {
  const ran: string[] = []
  const does = <T>(what: string, result: T): T => {
    ran.push(what)
    return result
  }
  type Request = { readonly params: Readonly<Record<string, unknown>> }
  const handlers = new Map<string, (request: Request) => unknown>([
    ['tools/list', () => ({ tools: ['restart', 'remove', 'move'].map((name) => ({ name, inputSchema: schema })) })],
    ['tools/call', ({ params }) => does(`call ${params.name}`, text(`did ${params.name}`))],
    ['prompts/list', () => ({ prompts: [{ name: 'plan' }, { name: 'secret' }] })],
    ['prompts/get', ({ params }) => does(`get ${params.name}`, { messages: [] })],
    ['resources/list', () => ({ resources: ['log://b1', 'log://b3', 'doc://x'].map((uri) => ({ uri, name: uri })) })],
    [
      'resources/templates/list',
      () => ({ resourceTemplates: ['log://{id}', 'x://{id}'].map((uriTemplate) => ({ uriTemplate, name: 'log' })) }),
    ],
    [
      'resources/read',
      ({ params }) => does(`read ${params.uri}`, { contents: [{ uri: params.uri, text: 'content' }] }),
    ],
    ['completion/complete', () => does('complete', { completion: { values: ['b1', 'b3'] } })],
  ])
  return { ran, handlers }
}

const schemas = {
  'tools/list': ListToolsRequestSchema,
  'tools/call': CallToolRequestSchema,
  'prompts/list': ListPromptsRequestSchema,
  'prompts/get': GetPromptRequestSchema,
  'resources/list': ListResourcesRequestSchema,
  'resources/templates/list': ListResourceTemplatesRequestSchema,
  'resources/read': ReadResourceRequestSchema,
  'completion/complete': CompleteRequestSchema,
}

type Handlers = ReturnType<typeof lowLevel>['handlers']

/** A v1 endpoint without sessions. */
async function serveV1(auth: McpAuth<Board>, make: () => McpServerV1 | ServerV1): Promise<string> {
  const app = express()
  app.all('/mcp', auth.express(), async (req, res) => {
    const transport = new StreamableHTTPServerTransport({})
    await make().connect(transport as Parameters<McpServerV1['connect']>[0])
    await transport.handleRequest(req, res)
  })
  return listening(createServer(app))
}

const withHandlers = <S>(server: S, install: (method: string, handler: never) => unknown, handlers: Handlers): S => {
  for (const [method, handler] of handlers) install(method, handler as never)
  return server
}

const servers = [
  {
    name: 'a low-level server of v1',
    serve: (auth: McpAuth<Board>, handlers: Handlers) =>
      serveV1(auth, () => {
        const server = auth.protect(new ServerV1(info, { capabilities }))
        const install = (method: string, handler: never) =>
          server.setRequestHandler(schemas[method as keyof typeof schemas], handler)
        return withHandlers(server, install, handlers)
      }),
  },
  {
    name: 'the low-level server in an McpServer of v1',
    serve: (auth: McpAuth<Board>, handlers: Handlers) =>
      serveV1(auth, () => {
        const server = auth.protect(new McpServerV1(info))
        server.server.registerCapabilities(capabilities)
        const install = (method: string, handler: never) =>
          server.server.setRequestHandler(schemas[method as keyof typeof schemas], handler)
        return withHandlers(server, install, handlers)
      }),
  },
  {
    name: 'a low-level server of v2',
    serve: async (auth: McpAuth<Board>, handlers: Handlers) => {
      const mcp = auth.fetch(
        createMcpHandler(() => {
          const server = auth.protect(new Server(info, { capabilities }))
          return withHandlers(server, (method, handler) => server.setRequestHandler(method as never, handler), handlers)
        }),
      )
      const app = createServer(async (req, res) => {
        const chunks: Buffer[] = []
        for await (const chunk of req) chunks.push(chunk as Buffer)
        const headers = new Headers(Object.entries(req.headers).map(([name, value]) => [name, String(value)]))
        const body = req.method === 'POST' ? { body: Buffer.concat(chunks) } : {}
        const answer = await mcp(new Request(`http://x${req.url}`, { method: req.method ?? 'GET', headers, ...body }))
        res.writeHead(answer.status, Object.fromEntries(answer.headers))
        res.end(Buffer.from(await answer.arrayBuffer()))
      })
      return listening(app)
    },
  },
]

const onBoard = ({ id }: Readonly<Record<string, unknown>>) => ({ type: 'board', id })
const declarations: McpDeclarations = {
  tools: { restart: { scopes: ['members.read'] }, move: { scopes: ['tasks.create'], on: onBoard } },
  prompts: { plan: 'public' },
  resources: { 'log://{id}': { scopes: ['tasks.read'], on: onBoard } },
}

/** What a client may get at, with what it is told of the rest. */
const answers = async (client: AnyClient) => {
  const told = (ask: Promise<unknown>) => ask.then(JSON.stringify, (error: Error) => error.message)
  const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name).join()
  return {
    tools: names((await client.listTools()).tools),
    prompts: names((await client.listPrompts()).prompts),
    resources: names((await client.listResources()).resources),
    templates: (await client.listResourceTemplates()).resourceTemplates.map(({ uriTemplate }) => uriTemplate).join(),
    restart: await told(client.callTool({ name: 'restart' })),
    remove: await told(client.callTool({ name: 'remove' })),
    moveB1: await told(client.callTool({ name: 'move', arguments: { id: 'b1' } })),
    moveB2: await told(client.callTool({ name: 'move', arguments: { id: 'b2' } })),
    moveNowhere: await told(client.callTool({ name: 'move' })),
    plan: await told(client.getPrompt({ name: 'plan' })),
    secret: await told(client.getPrompt({ name: 'secret' })),
    b1: await told(client.readResource({ uri: 'log://b1' })),
    b3: await told(client.readResource({ uri: 'log://b3' })),
    doc: await told(client.readResource({ uri: 'doc://x' })),
    complete: await told(
      client.complete({ ref: { type: 'ref/resource', uri: 'log://{id}' }, argument: { name: 'id', value: '' } }),
    ),
    completeOther: await told(
      client.complete({ ref: { type: 'ref/resource', uri: 'x://{id}' }, argument: { name: 'id', value: '' } }),
    ),
  }
}

describe.each(servers)('$name', ({ serve }) => {
  it('runs nothing that nobody declared (MCP-6)', async () => {
    const keyring = aKeyring()
    const auth = createMcpAuth(keyring)
    const { ran, handlers } = lowLevel()
    const client = await connectV1(await serve(auth, handlers), (await aToken(keyring, full)).token)
    expect(await answers(client)).toMatchObject({
      tools: '',
      prompts: '',
      resources: '',
      templates: '',
      restart: expect.stringContaining('Tool restart not found'),
      secret: expect.stringContaining('Prompt secret not found'),
      doc: expect.stringContaining('Resource doc://x not found'),
      complete: '{"completion":{"values":[],"total":0,"hasMore":false}}',
    })
    expect(ran).toEqual([])
  })

  it('shows and runs what was declared, for those who may (MCP-6)', async () => {
    const keyring = aKeyring()
    const auth = createMcpAuth(keyring)
    auth.declare(declarations)
    const { ran, handlers } = lowLevel()
    const client = await connectV1(await serve(auth, handlers), (await aToken(keyring, partial)).token)
    expect(await answers(client)).toMatchObject({
      tools: 'restart,move',
      prompts: 'plan',
      resources: 'log://b1',
      templates: 'log://{id}',
      restart: expect.stringContaining('did restart'),
      remove: expect.stringContaining('Tool remove not found'),
      moveB1: expect.stringContaining('did move'),
      moveB2: expect.stringContaining('insufficient_scope'),
      moveNowhere: expect.stringContaining('insufficient_scope'),
      secret: expect.stringContaining('not found'),
      b1: expect.stringContaining('content'),
      b3: expect.stringContaining('not found'),
      doc: expect.stringContaining('not found'),
      complete: expect.stringContaining('["b1"]'),
      completeOther: expect.stringContaining('[]'),
    })
    expect(ran).toEqual(['call restart', 'call move', 'get plan', 'read log://b1', 'complete'])
  })
})

describe.each([
  ['v1', () => new McpServerV1(info)],
  ['v2', () => new McpServer(info) as unknown as McpServerV1], // the same methods
] as const)('declare, on %s', (_, make) => {
  /** A package that registers a tool in its own way. */
  const pack = (server: McpServerV1) => server.registerTool('restart', {}, () => text('did restart'))

  it('opens a tool that a package registers without scoped (MCP-6)', async () => {
    const keyring = aKeyring()
    const auth = createMcpAuth(keyring)
    auth.declare({ tools: { restart: { scopes: ['members.manage'] } } })
    const extraOf = async (input: object) => {
      const { token } = await aToken(keyring, input)
      const authInfo = await auth.gate(new Request('http://x/', { headers: { authorization: `Bearer ${token}` } }))
      return { authInfo, http: { authInfo } }
    }
    const registered: unknown = pack(auth.protect(make()))
    // What the SDK holds is guarded by itself, too.
    const { handler, callback } = registered as Record<string, (extra: unknown) => Promise<unknown>>
    const held = (handler ?? callback) as (extra: unknown) => Promise<unknown>
    expect(await held(await extraOf(full))).toEqual(text('did restart'))
    await expect(held(await extraOf(partial))).rejects.toMatchObject({ code: -32003 })
  })

  it('refuses what comes too late, comes twice, is also scoped, or says nothing', () => {
    const restart = { restart: 'public' } as const
    const late = createMcpAuth(aKeyring())
    late.protect(make())
    expect(() => late.declare({ tools: restart })).toThrow(/before protect/)
    const auth = createMcpAuth(aKeyring())
    auth.declare({ tools: restart })
    expect(() => auth.declare({ tools: restart })).toThrow(/declared once/)
    const tool = scoped('public', () => text('ran'))
    expect(() => auth.protect(make()).registerTool('restart', {}, tool)).toThrow(/registered with scoped/)
  })
})

it.each<[object, string]>([
  [{ tool: {} }, 'Unknown option declare.tool. Did you mean declare.tools?'],
  [{ tools: [] }, 'Option declare.tools must be an object with a requirement for each name.'],
  [{ tools: { a: { scope: ['members.read'] } } }, 'Unknown option scope. Did you mean scopes?'],
  [
    { resources: { 'a://{+rest}': 'public' } },
    'Option declare.resources.a://{+rest} must be a URI template with {name} only.',
  ],
])('declare throws InvalidOptions for %j', (wrong, message) => {
  const declare = () => createMcpAuth(aKeyring()).declare(wrong as McpDeclarations) // JavaScript may pass this
  expect(declare).toThrow(InvalidOptions)
  expect(declare).toThrow(expect.objectContaining({ message }))
})
