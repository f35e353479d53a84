import { createServer } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js'
import { requireBearerAuth as requireBearerV1 } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js'
import { ResourceTemplate, McpServer as ServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import {
  createMcpHandler,
  McpServer,
  OAuthError,
  OAuthErrorCode,
  requireBearerAuth,
} from '@modelcontextprotocol/server'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { createMcpAuth, scoped } from '../src/index.js'
import { initialize, listenFor, listenHeaders, mcpHeaders, modernHeaders, openStream, send } from './raw.js'
import { register, v2 } from './register.js'
import { aKeyring, aToken, connectV1, full, listening, partial } from './task-board.js'

const info = { name: 'board', version: '1' }
const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] })
const registering = {
  v1: (options = {}) => new ServerV1(info, options),
  v2: (options = {}) => new McpServer(info, options) as unknown as ServerV1, // the same methods
}

describe.each(['v1', 'v2'] as const)('protect, on %s', (sdk) => {
  const make = registering[sdk]

  it('refuses a server that has something registered, has capabilities, or is already protected', () => {
    const auth = createMcpAuth(aKeyring())
    const late = make()
    late.registerTool('early', {}, () => text('early'))
    expect(() => auth.protect(late)).toThrow(/tools\/list/)
    // 1.29 answers nothing of what it was made with: `protect` then comes first, too.
    if (sdk === 'v2' || process.env.MCP_PEERS !== 'lowest') {
      expect(() => auth.protect(make({ capabilities: { prompts: {} } }))).toThrow(/registerCapabilities/)
    }
    const server = auth.protect(make())
    expect(() => auth.protect(server)).toThrow(/not protected yet/)
    expect(() => auth.protect({} as never)).toThrow(/McpServer/)
  })

  it.each([
    [{ scopes: ['members.reed'] }, /members.reed/],
    [{ scopes: ['members.*'] }, /members/],
    [{ scopes: [] }, /at least one scope/],
    [{ scopes: ['tasks.read'] }, /only allowed on a resource/],
    [{ scopes: ['members.read'], cost: -1 }, /cost/],
  ])('refuses at registration a requirement that no key could meet: %j', (access, message) => {
    const server = createMcpAuth(aKeyring()).protect(make())
    expect(() =>
      server.registerTool(
        't',
        {},
        scoped(access, () => text('t')),
      ),
    ).toThrow(message)
  })
})

it('a scoped handler on an unprotected server refuses callers without a key or a scope', async () => {
  let runs = 0
  const handler = scoped({ scopes: ['members.read'] }, (_extra: unknown) => {
    runs++
    return text('ran')
  })
  await expect(handler({})).rejects.toMatchObject({ code: -32001 })
  await expect(handler({ authInfo: { extra: { keywright: { allows: () => true } } } })).rejects.toMatchObject({
    code: -32001,
  })
  const keyring = aKeyring()
  const auth = createMcpAuth(keyring)
  const authInfo = async (input: object) =>
    auth.gate(
      new Request('http://x/', { headers: { authorization: `Bearer ${(await aToken(keyring, input)).token}` } }),
    )
  await expect(handler({ authInfo: await authInfo({}) })).rejects.toMatchObject({ code: -32003 })
  expect(runs).toBe(0)
  expect(await handler({ http: { authInfo: await authInfo(full) } })).toEqual(text('ran'))
  expect((await auth.gate(new Request('http://x/'))) instanceof Response).toBe(true)
})

it('a tool that is renamed, disabled or given another handler is decided by its new state', async () => {
  const keyring = aKeyring()
  const auth = createMcpAuth(keyring)
  const server = auth.protect(new ServerV1(info))
  const tool = server.registerTool(
    'before',
    {},
    scoped('public', () => text('before')),
  )
  const contents = (uri: URL) => ({ contents: [{ uri: uri.href, text: 'content' }] })
  const resource = server.registerResource('r', 'doc://before', {}, scoped('public', contents))
  const template = server.registerResource(
    't',
    new ResourceTemplate('doc://t/{id}', { list: undefined }),
    {},
    scoped('public', contents),
  )
  const app = express()
  app.all('/mcp', auth.express(), async (req, res) => {
    const transport = new StreamableHTTPServerTransport({})
    await server.close()
    await server.connect(transport as Parameters<ServerV1['connect']>[0])
    await transport.handleRequest(req, res)
  })
  const client = await connectV1(await listening(createServer(app)), (await aToken(keyring)).token)
  const names = async () => (await client.listTools()).tools.map(({ name }) => name)
  tool.update({ name: 'after' })
  expect(await names()).toEqual(['after'])
  tool.update({ callback: () => text('nobody said who may') })
  expect(await names()).toEqual([])
  expect(JSON.stringify(await client.callTool({ name: 'after' }))).toContain('after not found')
  tool.update({ callback: scoped('public', () => text('again')) })
  expect(await client.callTool({ name: 'after' })).toMatchObject({ content: [{ text: 'again' }] })
  tool.disable()
  expect(await names()).toEqual([])

  // v1 forgets that a template was disabled.
  resource.update({ name: 'other' })
  resource.update({ uri: 'doc://after' })
  expect((await client.listResources()).resources.map(({ uri }) => uri)).toEqual(['doc://after'])
  expect(await client.readResource({ uri: 'doc://after' })).toMatchObject({ contents: [{}] })
  expect(await client.readResource({ uri: 'doc://t/1' })).toMatchObject({ contents: [{}] })
  template.disable()
  await expect(client.readResource({ uri: 'doc://t/1' })).rejects.toThrow(/not found/)
  expect((await client.listResourceTemplates()).resourceTemplates).toEqual([])
})

describe('v2 behind Express', () => {
  const serve = async (parses: boolean) => {
    const keyring = aKeyring()
    const auth = createMcpAuth(keyring)
    const handler = toNodeHandler(
      createMcpHandler(() => {
        const server = auth.protect(new McpServer(info))
        server.server.registerCapabilities({ resources: { subscribe: true } })
        return register(server, auth, v2)
      }),
    )
    const app = express()
    app.all('/mcp', ...(parses ? [express.json()] : []), auth.express(), (req, res) => handler(req, res, req.body))
    return { keyring, url: await listening(createServer(app)) }
  }
  const listen = listenFor({ resourceSubscriptions: ['board://b1', 'board://b3', 'doc://members'] })

  it('answers subscriptions/listen without the resources that the key may not read', async () => {
    const { keyring, url } = await serve(true)
    const { token } = await aToken(keyring, partial)
    expect((await send(url, 'POST', mcpHeaders(token), initialize)).status).toBe(200)
    const stream = await openStream(url, 'POST', listenHeaders(token), listen)
    await expect.poll(stream.text).toContain('"resourceSubscriptions":["board://b1"]')
  })

  it('answers it alike when no body parser comes before the guard', async () => {
    const { keyring, url } = await serve(false)
    const { token } = await aToken(keyring, partial)
    expect((await send(url, 'POST', mcpHeaders(token), initialize)).status).toBe(200)
    const stream = await openStream(url, 'POST', listenHeaders(token), listen)
    await expect.poll(stream.text).toContain('"resourceSubscriptions":["board://b1"]')
    // What cannot be read before the guard is refused.
    const inPlain = { ...listenHeaders(token), 'content-type': 'application/vnd.api+json' }
    expect((await send(url, 'POST', inPlain, listen)).status).toBe(500)
    // A header that says otherwise is refused by the SDK.
    for (const method of ['tools/list', '']) {
      const answer = await send(url, 'POST', modernHeaders(token, method), listen)
      expect([answer.status, answer.text.includes('board://b3')]).toEqual([400, false])
    }
  })
})

it('the verifier accepts good keys in requireBearerAuth of both SDKs, also without an expiry (MCP-1)', async () => {
  const keyring = aKeyring()
  const auth = createMcpAuth(keyring)
  const { token, id } = await aToken(keyring, full)
  const gate = requireBearerAuth({
    verifier: auth.verifier((message) => new OAuthError(OAuthErrorCode.InvalidToken, message)),
  })
  const ask = (of: string) => gate(new Request('http://x/', { headers: { authorization: `Bearer ${of}` } }))
  expect(await ask(token)).toMatchObject({
    token: id,
    expiresAt: 253402300799,
    scopes: ['members.read', 'members.manage'],
  })
  expect(((await ask('tk_no')) as Response).status).toBe(401)

  const app = express()
  app.use(requireBearerV1({ verifier: auth.verifier((message) => new InvalidTokenError(message)) }))
  app.get('/mcp', (req, res) => void res.json(req.auth?.token))
  const url = await listening(createServer(app))
  expect((await send(url, 'GET', mcpHeaders(token))).text).toBe(JSON.stringify(id))
  await keyring.disable(id)
  expect((await send(url, 'GET', mcpHeaders(token))).status).toBe(401)
  expect(() => createMcpAuth(keyring, { narrow: () => ({}) }).verifier(Error)).toThrow(/narrow/)
})

it.each([
  [{ recheckMs: 30_001 }, /recheckMs/],
  [{ recheckMs: 0 }, /recheckMs/],
  [{ docsUrl: 'no url' }, /docsUrl/],
  [{ unavailableTools: 'maybe' as never }, /unavailableTools/],
  [{ sessionSecret: 'short' }, /sessionSecret/],
  [{ allowedHosts: 'h' as never }, /allowedHosts/],
  [{ narrow: {} as never }, /narrow/],
])('createMcpAuth throws InvalidOptions for %j', (options, message) => {
  expect(() => createMcpAuth(aKeyring(), options)).toThrow(message)
})
