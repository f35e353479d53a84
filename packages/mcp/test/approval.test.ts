import { createServer } from 'node:http'
import { serve as serveHono } from '@hono/node-server'
import { InvalidOptions, type KeyringEvent, type ToolCall } from '@keywright/core'
import { Server as ServerV1 } from '@modelcontextprotocol/sdk/server/index.js'
import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { createMcpHandler, McpServer, Server } from '@modelcontextprotocol/server'
import express from 'express'
import { describe, expect, it } from 'vitest'
import type { Caller } from '../src/caller/caller.js'
import { type Approve, createMcpAuth, type McpAuth, type McpAuthOptions, scoped } from '../src/index.js'
import { approvalOf } from '../src/server/approval.js'
import { type Sdk, text, v1, v2 } from './register.js'
import { aKeyring, aToken, type Board, connectV1, full, hosts, listening, partial } from './task-board.js'

const canary = 'connect ECONNREFUSED postgres://svc:hunter2@db'
const info = { name: 'approval', version: '1' }

/** Serves what `make` gives. */
function serveV1(auth: McpAuth<Board>, make: () => McpServerV1 | ServerV1): Promise<string> {
  const app = express()
  app.all('/mcp', auth.express(), express.json(), async (req, res) => {
    const transport = new StreamableHTTPServerTransport({})
    await make().connect(transport as Parameters<McpServerV1['connect']>[0])
    await transport.handleRequest(req, res, req.body)
  })
  return listening(createServer(app))
}

function serveV2(auth: McpAuth<Board>, make: () => McpServer | Server): Promise<string> {
  const mcp = auth.fetch(createMcpHandler(make))
  const server = serveHono({ fetch: (request) => mcp(request), port: 0, hostname: '127.0.0.1' })
  return listening(server as ReturnType<typeof createServer>)
}

type Ran = (boardId: string) => ReturnType<typeof text>

/** The tool that removes a board, as an SDK validates its arguments: without spaces around them. */
function registerTool(server: McpServerV1, auth: McpAuth<Board>, { object, z }: Sdk, ran: Ran): void {
  const onBoard = ({ boardId }: Readonly<Record<string, unknown>>) => ({ type: 'board', id: boardId }) as const
  server.registerTool(
    'remove',
    { inputSchema: object({ boardId: z.string().trim() }) as never }, // of the SDK in turn
    auth.scoped({ scopes: ['tasks.create'], on: onBoard, approve: 'owner' }, (async ({
      boardId,
    }: {
      boardId: string
    }) => ran(boardId)) as never),
  )
}

const declared = { tools: { remove: { scopes: ['members.manage'], approve: 'owner' } } } as const
const capabilities = { capabilities: { tools: {} } }

const servers = [
  {
    name: 'an McpServer of v1',
    connect: connectV1,
    serve: (auth: McpAuth<Board>, ran: Ran) =>
      serveV1(auth, () => {
        const server = auth.protect(new McpServerV1(info))
        registerTool(server, auth, v1, ran)
        return server
      }),
  },
  {
    name: 'an McpServer of v2',
    connect: hosts[2]?.connect,
    serve: (auth: McpAuth<Board>, ran: Ran) =>
      serveV2(auth, () => {
        const server = auth.protect(new McpServer(info))
        registerTool(server as unknown as McpServerV1, auth, v2, ran) // the same methods
        return server
      }),
  },
  {
    name: 'a low-level server of v1',
    connect: connectV1,
    serve: (auth: McpAuth<Board>, ran: Ran) => {
      auth.declare(declared)
      return serveV1(auth, () => {
        const server = auth.protect(new ServerV1(info, capabilities))
        server.setRequestHandler(CallToolRequestSchema, ({ params }) => ran(String(params.arguments?.boardId)))
        return server
      })
    },
  },
  {
    name: 'a low-level server of v2',
    connect: hosts[2]?.connect,
    serve: (auth: McpAuth<Board>, ran: Ran) => {
      auth.declare(declared)
      return serveV2(auth, () => {
        const server = auth.protect(new Server(info, capabilities))
        server.setRequestHandler('tools/call', ({ params }) => ran(String(params.arguments?.boardId)))
        return server
      })
    },
  },
]

describe.each(servers)('approval, on $name', ({ name, serve, connect = connectV1 }) => {
  const start = async (approve: Approve<Board>, options: McpAuthOptions<Board> = {}, input: object = full) => {
    const [ran, calls, events]: [string[], ToolCall[], KeyringEvent[]] = [[], [], []]
    const keyring = aKeyring(undefined, { onEvent: (event) => void events.push(event) })
    const auth = createMcpAuth(keyring, { approve, onCall: (call) => calls.push(call), ...options })
    const url = await serve(auth, (boardId) => {
      ran.push(boardId)
      return text('removed')
    })
    const client = await connect(url, (await aToken(keyring, input)).token)
    const call = (boardId = 'b1') => client.callTool({ name: 'remove', arguments: { boardId } })
    return { call, ran, calls, events }
  }

  it('runs the tool after the owner said yes to its arguments, each time (MCP-11)', async () => {
    const asked: unknown[] = []
    const { call, ran, calls } = await start(({ tool, arguments: input, principal, login, signal }) => {
      asked.push([tool, input, principal?.owner.id, login, signal.aborted])
      return 'approved'
    })
    expect(await call(' b1 ')).toMatchObject(text('removed'))
    await call('b2')
    const first = name.startsWith('an McpServer') ? 'b1' : ' b1 '
    expect(asked).toEqual([
      ['remove', { boardId: first }, 'ada', null, false],
      ['remove', { boardId: 'b2' }, 'ada', null, false],
    ])
    expect(ran).toEqual([first, 'b2'])
    expect(calls.map(({ decision }) => decision)).toEqual(['allowed', 'allowed'])
  })

  it('does not run it after a no (MCP-11)', async () => {
    const { call, ran, calls } = await start(async () => 'denied' as const)
    const answer = await call()
    expect(answer).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('approval_denied: the owner has to approve this call') }],
      _meta: { 'keywright/refusal': { code: 'approval_denied', tool: 'remove' } },
    })
    expect(ran).toEqual([])
    expect(calls).toMatchObject([{ decision: 'denied', missing: [], failed: false }])
  })

  it('tells the client of the page where the owner can approve it (MCP-11)', async () => {
    const url = 'https://example.com/approve/7'
    const { call, ran } = await start(() => ({ url }))
    expect(await call()).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining(`at ${url}. It did not run.`) }],
      _meta: {
        'keywright/refusal': {
          code: 'approval_required',
          authorization: { reason: 'insufficient_authorization', remediationHints: [{ type: 'url' }] },
          elicitations: [{ mode: 'url', url, elicitationId: expect.any(String), message: expect.any(String) }],
        },
      },
    })
    expect(ran).toEqual([])
  })

  it('takes no answer in time for a no, tells the callback, and ignores what comes later (MCP-11)', async () => {
    let answer: (value: 'approved') => void = () => {}
    let signal: AbortSignal | undefined
    const { call, ran } = await start(
      (request) => {
        signal = request.signal
        return new Promise((resolve) => {
          answer = resolve
        })
      },
      { approveMs: 20 },
    )
    expect(await call()).toMatchObject({
      isError: true,
      _meta: { 'keywright/refusal': { code: 'approval_timed_out' } },
    })
    expect(signal?.aborted).toBe(true)
    answer('approved')
    await new Promise((resolve) => setImmediate(resolve))
    expect(ran).toEqual([])
  })

  it.each<[string, () => unknown]>([
    ['throws', () => Promise.reject(new Error(canary))],
    ['answers true', () => true],
    ['answers nothing', () => undefined],
    ['answers a script for a page', () => ({ url: 'javascript:alert(1)' })],
  ])('answers auth_unavailable, and tells the host, when approve %s (MCP-11)', async (_, approve) => {
    const { call, ran, calls, events } = await start(approve as Approve<Board>)
    const answer = await call()
    expect(answer).toMatchObject({ isError: true, _meta: { 'keywright/refusal': { code: 'auth_unavailable' } } })
    expect(JSON.stringify(answer)).not.toContain('hunter2')
    expect(ran).toEqual([])
    expect(calls).toMatchObject([{ decision: 'refused' }])
    expect(events.filter(({ type }) => type === 'keyring.outage_began')).toMatchObject([{ reason: 'mcp' }])
  })

  it('asks nobody about a call whose scopes are missing (MCP-11)', async () => {
    let asked = 0
    const approve = (): 'approved' => {
      asked += 1
      return 'approved'
    }
    const { call, ran } = await start(approve, {}, partial)
    const answer = await call('b2').catch((error: Error) => ({ isError: true, content: error.message }))
    expect(answer).toMatchObject({ isError: true })
    expect([asked, ran]).toEqual([0, []])
  })
})

describe('approve', () => {
  const access = { scopes: ['members.manage'], approve: 'owner' } as const
  const run = () => text('ran')
  const withApprove = () => createMcpAuth(aKeyring(), { approve: () => 'approved' })

  it('is refused where nobody can be asked, where it is no tool, and where it is misspelt', () => {
    const without = createMcpAuth(aKeyring())
    expect(() => without.scoped(access, run)).toThrow(InvalidOptions)
    expect(() => without.declare({ tools: { remove: access } })).toThrow(InvalidOptions)
    expect(() => without.protect(new McpServerV1(info)).registerTool('remove', {}, scoped(access, run))).toThrow(
      InvalidOptions,
    )
    expect(() => withApprove().declare({ prompts: { plan: access } })).toThrow(InvalidOptions)
    expect(() => withApprove().declare({ resources: { 'doc://x': access } })).toThrow(InvalidOptions)
    expect(() => withApprove().scoped({ ...access, approve: 'admin' as 'owner' }, run)).toThrow(InvalidOptions)
    expect(() => createMcpAuth(aKeyring(), { approve: 'owner' as never })).toThrow(InvalidOptions)
    expect(() => createMcpAuth(aKeyring(), { approveMs: 0 })).toThrow(InvalidOptions)
  })

  it('is not skipped by a server that was never protected (MCP-11)', async () => {
    const keyring = aKeyring()
    const auth = createMcpAuth(keyring, { approve: () => 'approved' })
    const { token } = await aToken(keyring, full)
    const authInfo = await auth.gate(new Request('http://x/', { headers: { authorization: `Bearer ${token}` } }))
    const tool = auth.scoped(access, async (_extra: unknown) => text('ran'))
    await expect(tool({ authInfo })).rejects.toMatchObject({
      code: -32003,
      message: expect.stringMatching(/approval_/),
    })
  })

  it('does not run a call that the client cancels before the yes, and tells the callback (MCP-11)', async () => {
    const cancel = new AbortController()
    const approve: Approve = ({ signal }) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve('approved')))
    const caller = { principal: null, login: null } as Caller // all that it reads of one
    const extras = [{ signal: cancel.signal }, { mcpReq: { signal: cancel.signal } }] // of v1, of v2
    const approvals = extras.map((extra) => approvalOf({ approve, ms: 60_000 }, caller, 'remove', extra, false))
    const given = approvals.map((approval) => approval.isGivenFor({}))
    cancel.abort()
    expect(await Promise.all(given)).toEqual([false, false])
    for (const approval of approvals) expect(approval.notApproved()?.text).toContain('the call was cancelled')
  })
})
