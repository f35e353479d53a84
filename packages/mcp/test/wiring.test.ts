import { createServer } from 'node:http'
import { serve as serveHono } from '@hono/node-server'
import { Server as ServerV1 } from '@modelcontextprotocol/sdk/server/index.js'
import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { createMcpHandler, McpServer, Server } from '@modelcontextprotocol/server'
import express, { type RequestHandler } from 'express'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { createMcpAuth, type FetchHandler, type McpAuth, scoped } from '../src/index.js'
import { text, v1, v2 } from './register.js'
import { aKeyring, aToken, type Board, connectV1, full, hosts, listening } from './task-board.js'

const warned: [code: unknown, sentence: string][] = []
beforeEach(() => {
  warned.length = 0
  const spy = vi.spyOn(process, 'emitWarning').mockImplementation((sentence, options) => {
    warned.push([Reflect.get(Object(options), 'code'), String(sentence)])
  })
  return () => {
    spy.mockRestore()
    vi.unstubAllEnvs()
  }
})

const info = { name: 'loose', version: '1' }
const codes = () => warned.map(([code]) => code)

/** How an endpoint is put together, and what stands between the guard and the server. */
interface Wiring {
  readonly isGuarded?: boolean
  readonly between?: 'nothing' | 'drops' | 'copies'
}
/** Both SDKs register alike. */
type AnyServer = McpServerV1
type Make = (server: AnyServer, auth: McpAuth<Board>) => void
/** Serves what `make` gives: of v1 or of v2, an `McpServer` or a low-level one. */
type Serve<S> = (auth: McpAuth<Board>, make: () => S, wiring?: Wiring) => Promise<string>

const changed = (authInfo: unknown, between: Wiring['between']): unknown =>
  between === 'drops' ? undefined : between === 'copies' ? structuredClone(authInfo) : authInfo

const serveV1: Serve<McpServerV1 | ServerV1> = (auth, make, { isGuarded = true, between } = {}) => {
  const app = express()
  const guards: RequestHandler[] = isGuarded ? [auth.express()] : []
  app.all('/mcp', ...guards, express.json(), async (req, res) => {
    Object.assign(req, { auth: changed(Reflect.get(req, 'auth'), between) })
    const transport = new StreamableHTTPServerTransport({})
    await make().connect(transport as Parameters<McpServerV1['connect']>[0])
    await transport.handleRequest(req, res, req.body)
  })
  return listening(createServer(app))
}

const serveV2: Serve<McpServer | Server> = (auth, make, { isGuarded = true, between } = {}) => {
  const handler = createMcpHandler(make)
  const wrapped: FetchHandler = {
    fetch: (request, options) => {
      const authInfo = changed(options.authInfo, between) as never // as a wrapper of JavaScript does it
      return handler.fetch(request, { ...options, authInfo })
    },
  }
  const mcp = isGuarded ? auth.fetch(wrapped) : (request: Request) => handler.fetch(request)
  const server = serveHono({ fetch: (request) => mcp(request), port: 0, hostname: '127.0.0.1' })
  return listening(server as ReturnType<typeof createServer>)
}

const made = <S>(server: S, prepare: (server: AnyServer) => void): S => {
  prepare(server as unknown as AnyServer)
  return server
}

const sdks = [
  {
    name: 'v1 on Express',
    sdk: v1,
    connect: connectV1,
    serve: (auth: McpAuth<Board>, make: Make, wiring?: Wiring) =>
      serveV1(auth, () => made(new McpServerV1(info), (server) => make(server, auth)), wiring),
    lowLevel: (auth: McpAuth<Board>, handler: () => { tools: object[] }) =>
      serveV1(auth, () => {
        const server = auth.protect(new ServerV1(info, { capabilities: { tools: {} } }))
        server.setRequestHandler(ListToolsRequestSchema, handler as never)
        return server
      }),
  },
  {
    name: 'v2 on fetch',
    sdk: v2,
    connect: hosts[2]?.connect,
    serve: (auth: McpAuth<Board>, make: Make, wiring?: Wiring) =>
      serveV2(auth, () => made(new McpServer(info), (server) => make(server, auth)), wiring),
    lowLevel: (auth: McpAuth<Board>, handler: () => { tools: object[] }) =>
      serveV2(auth, () => {
        const server = auth.protect(new Server(info, { capabilities: { tools: {} } }))
        server.setRequestHandler('tools/list', handler as never)
        return server
      }),
  },
] as const

describe.each(sdks)('$name', ({ serve, lowLevel, connect = connectV1, sdk }) => {
  const start = async (make: Make, wiring?: Wiring) => {
    const keyring = aKeyring()
    const auth = createMcpAuth(keyring, { requireHttps: false })
    const { token } = await aToken(keyring, full)
    return connect(await serve(auth, make, wiring), token)
  }
  const known: Make = (server, auth) => {
    auth.protect(server).registerTool(
      'known',
      {},
      scoped('public', () => text('ran')),
    )
  }

  const forgetful: Make = (server, auth) => {
    known(server, auth)
    server.registerTool('forgotten', {}, () => text('ran'))
    server.registerPrompt('plan', {}, () => ({ messages: [] }))
    server.registerResource('doc', 'doc://x', {}, () => ({ contents: [] }))
    const template = new sdk.Template('log://{id}', { list: () => ({ resources: [{ uri: 'log://1', name: '1' }] }) })
    server.registerResource('log', template as never, {}, () => ({ contents: [] })) // of the SDK in turn
  }

  it('tells by name what nothing declares, each once, however many servers there are (MCP-10)', async () => {
    const client = await start(forgetful)
    for (let at = 0; at < 2; at++) {
      expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['known'])
      await client.listResources()
    }
    expect(warned.map(([code, sentence]) => [code, sentence.split(',')[0]])).toEqual([
      ['KEYWRIGHT_MCP_UNDECLARED', 'Nobody sees the tool "forgotten"'],
      ['KEYWRIGHT_MCP_UNDECLARED', 'Nobody sees the prompt "plan"'],
      ['KEYWRIGHT_MCP_UNDECLARED', 'Nobody sees the resource "doc://x"'],
      ['KEYWRIGHT_MCP_UNDECLARED', 'Nobody sees the resource "log://{id}"'],
    ])
    expect(warned[0]?.[1]).toContain('auth.declare({ tools: … })')
  })

  it('tells of a handler that loses its declaration, by a wrapper or an update (MCP-10)', async () => {
    const inner = scoped('public', () => text('ran'))
    await start((server, auth) => {
      known(server, auth)
      server.registerTool('timed', {}, async () => inner())
      server
        .registerTool(
          'later',
          {},
          scoped('public', () => text('ran')),
        )
        .update({ callback: () => text('ran') })
    }).then((client) => client.listTools())
    expect(warned.map(([, sentence]) => sentence.slice(0, 29))).toEqual([
      'Nobody sees the tool "timed",',
      'Nobody sees the tool "later",',
    ])
    expect(warned[0]?.[1]).toContain('let scoped be the outermost')
  })

  it('tells that no guard stands before a protected server, once (MCP-10)', async () => {
    const client = await start(known, { isGuarded: false })
    for (let at = 0; at < 2; at++) await expect(client.listTools()).rejects.toThrow('No API key came with this message')
    expect(codes()).toEqual(['KEYWRIGHT_MCP_UNGUARDED'])
  })

  it.each(['drops', 'copies'] as const)(
    'tells of something between guard and server that %s the sender, once (MCP-10)',
    async (between) => {
      const client = await start(known, { between })
      for (let at = 0; at < 2; at++) await expect(client.listTools()).rejects.toThrow('No API key came')
      expect(codes()).toEqual(['KEYWRIGHT_MCP_CALLER_LOST'])
    },
  )

  it('tells that no server behind a guard is protected, once (MCP-10)', async () => {
    const client = await start((server) => {
      server.registerTool('open', {}, () => text('ran'))
    })
    for (let at = 0; at < 2; at++) await client.listTools()
    await expect.poll(codes).toEqual(['KEYWRIGHT_MCP_UNPROTECTED'])
  })

  it('tells nothing where all is in place, and nothing in production (MCP-10)', async () => {
    await (await start(known)).listTools()
    vi.stubEnv('NODE_ENV', 'production')
    await (await start(forgetful)).listTools()
    await expect((await start(known, { isGuarded: false })).listTools()).rejects.toThrow('No API key')
    await expect((await start(known, { between: 'drops' })).listTools()).rejects.toThrow('No API key')
    const unprotected: Make = (server) => {
      server.registerTool('open', {}, () => text('ran'))
    }
    await (await start(unprotected)).listTools()
    expect(warned).toEqual([])
  })

  it('tells by name what a low-level server lists and nothing declares, once (MCP-10)', async () => {
    const keyring = aKeyring()
    const tools = [{ name: 'restart', inputSchema: { type: 'object' as const } }]
    const url = await lowLevel(createMcpAuth(keyring), () => ({ tools }))
    const client = await connect(url, (await aToken(keyring, full)).token)
    for (let at = 0; at < 2; at++) expect((await client.listTools()).tools).toEqual([])
    expect(warned.map(([, sentence]) => sentence.slice(0, 30))).toEqual(['Nobody sees the tool "restart"'])
  })
})

it('a low-level server is told of a method of its own that nobody may call (MCP-10)', () => {
  const auth = createMcpAuth(aKeyring())
  const mine = z.object({ method: z.literal('acme/report') })
  auth.protect(new ServerV1(info)).setRequestHandler(mine, () => ({}))
  auth.protect(new ServerV1(info)).setRequestHandler(
    mine,
    scoped('public', () => ({})),
  )
  expect(warned.map(([, sentence]) => sentence)).toEqual([
    'Nobody may call the method "acme/report": nothing says who may. Wrap its handler in scoped(…).',
  ])
})
