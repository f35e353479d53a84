import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as textOf } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { serve as serveHono } from '@hono/node-server'
import { type Keyring, type KeyringEvent, type KeyringOptions, memoryStore } from '@keywright/core'
import { fetchRequest } from '@keywright/core/adapter'
import { createMcpHandler, McpServer, ResourceTemplate } from '@modelcontextprotocol/server'
import express from 'express'
import { Hono } from 'hono'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { usageMeter } from '../src/caller/usage-meter.js'
import { createAdmit } from '../src/edge/admit.js'
import { openStreams } from '../src/edge/open-streams.js'
import { createMcpAuth, denyOAuthDiscovery, type Login, type McpAuthOptions, scoped } from '../src/index.js'
import { registerDeclared } from '../src/server/register-declared.js'
import { createRegistry } from '../src/server/registry.js'
import { createWiring } from '../src/server/wiring.js'
import { listenFor, listenHeaders, listTools, mcpHeaders, openStream, send } from './raw.js'
import { register, v2 } from './register.js'
import { aKeyring, aToken, type Board, full, listening, partial, serveV2 } from './task-board.js'

afterEach(() => void vi.unstubAllEnvs())

/** A keyring, and a copy of it that counts verifications. */
function countedKeyring() {
  const store = memoryStore()
  const find = vi.spyOn(store, 'find')
  return { keyring: aKeyring(undefined, { store }), verified: () => find.mock.calls.length }
}

/** A promise, and the function that resolves it. */
function moment(): { readonly reached: Promise<void>; reach(): void } {
  let reach = (): void => {}
  const reached = new Promise<void>((resolve) => {
    reach = resolve
  })
  return { reached, reach }
}

/** Sends a request, and disconnects as soon as the handler has it. */
async function leaveAt(inHandler: ReturnType<typeof moment>, url: string, token: string): Promise<void> {
  const req = httpRequest(url, { headers: mcpHeaders(token) })
  req.on('error', () => {})
  req.end()
  await inHandler.reached
  req.destroy()
}

const listen = (uris: readonly string[]) => listenFor({ resourceSubscriptions: uris })

it.each(['\uFEFF', '\uFEFF\uFEFF', ' \uFEFF'])(
  'a listen request with %j before its body is answered without the resources out of reach',
  async (marks) => {
    const { url, keyring } = await serveV2()
    const { token } = await aToken(keyring, partial)
    let text = ''
    await new Promise<number>((resolve, reject) => {
      const req = httpRequest(url, { method: 'POST', headers: listenHeaders(token) }, (r) => {
        r.on('data', (c: Buffer) => {
          text += c.toString()
        })
        r.on('error', () => {})
        resolve(r.statusCode ?? 0)
      })
      req.on('error', reject)
      req.end(`${marks}${JSON.stringify(listen(['board://b1', 'board://b3', 'doc://members']))}`)
    })
    await setTimeout(150)
    expect(text).not.toContain('board://b3')
  },
)

it('a request whose body is read as text passes the guard with its body', async () => {
  const keyring = aKeyring()
  const auth = createMcpAuth(keyring)
  const { token } = await aToken(keyring, full)
  const guard = auth.express()
  const server = createServer((req, res) => {
    req.setEncoding('utf8')
    guard(req, res, () => void textOf(req).then((body) => res.end(body)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo // it listens on a port, not on a pipe
  const { status, text } = await send(`http://127.0.0.1:${port}`, 'POST', mcpHeaders(token), listTools)
  expect(status).toBe(200)
  expect(JSON.parse(text)).toEqual(listTools)
})

it('a listening stream is closed when its key loses a resource that it listens to', async () => {
  const { url, keyring } = await serveV2({ recheckMs: 30 })
  const { token, id } = await aToken(keyring, partial)
  const stream = await openStream(url, 'POST', listenHeaders(token), listen(['board://b1', 'doc://help']))
  await expect.poll(stream.text).toContain('board://b1')
  await keyring.update(id, { resources: { board: { mode: 'specific', levels: { b2: 'read' } } } })
  await stream.ended
})

it('a stream that is still open after its expiry is checked about once a second', async () => {
  let checks = 0
  const drop = openStreams(30_000).watch({
    keyId: 'k',
    expiresAt: new Date(Date.now() - 1),
    check: async () => {
      checks += 1
      return { expiresAt: new Date(Date.now() - 1) }
    },
    close: () => {},
  })
  await setTimeout(300)
  drop()
  expect(checks).toBeLessThan(3)
})

it('a Node stream whose client left before the headers is not watched', async () => {
  const { keyring, verified } = countedKeyring()
  const auth = createMcpAuth(keyring, { recheckMs: 20 })
  const { token } = await aToken(keyring, full)
  const [inHandler, gone] = [moment(), moment()]
  const app = express()
  app.get('/mcp', auth.express(), (_, res) => {
    inHandler.reach()
    res.once('close', () => {
      res.writeHead(200, { 'content-type': 'text/event-stream' })
      gone.reach()
    })
  })
  const url = await listening(createServer(app))
  await leaveAt(inHandler, url, token)
  await gone.reached
  const before = verified()
  await setTimeout(200)
  expect(verified()).toBe(before)
})

it('production accepts a key over TLS and answers 403 over plain HTTP', async () => {
  vi.stubEnv('NODE_ENV', 'production')
  const keyring = aKeyring()
  const auth = createMcpAuth(keyring)
  const { token } = await aToken(keyring, full)
  const info = await auth.gate(new Request('https://x.example/mcp', { headers: { authorization: `Bearer ${token}` } }))
  expect(info instanceof Response ? await info.text() : 'in').toBe('in')
  const inClear = await auth.gate(
    new Request('http://x.example/mcp', { headers: { authorization: `Bearer ${token}` } }),
  )
  expect((inClear as Response).status).toBe(403)
})

it('denyOAuthDiscovery passes on a URL that cannot be parsed', async () => {
  let called = false
  denyOAuthDiscovery()({ url: '//' }, { statusCode: 0, setHeader() {}, end() {} }, () => {
    called = true
  })
  expect(called).toBe(true)
})
it('a narrowed endpoint does not answer 503 for a URL that cannot be parsed', async () => {
  const keyring = aKeyring()
  const auth = createMcpAuth(keyring, { narrow: () => ({}) })
  const { token } = await aToken(keyring, full)
  const app = express()
  app.use(auth.express(), (_, res) => void res.json({}))
  const url = await listening(createServer(app))
  const { port } = new URL(url)
  const status = await new Promise((resolve) => {
    httpRequest({ port, path: '//', headers: mcpHeaders(token) }, (r) => {
      r.resume()
      resolve(r.statusCode)
    }).end()
  })
  expect(status).not.toBe(503)
})

it('fallbackRequestHandler does not run for a key without rights', async () => {
  const keyring = aKeyring()
  const auth = createMcpAuth(keyring)
  const handler = auth.fetch(
    createMcpHandler(() => {
      const server = auth.protect(new McpServer({ name: 'x', version: '1' }))
      server.server.fallbackRequestHandler = async () => ({ secret: 'told' })
      return register(server, auth, v2)
    }),
  )
  const { token } = await aToken(keyring, {})
  const answer = await handler(
    new Request('http://x/mcp', {
      method: 'POST',
      headers: mcpHeaders(token),
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'acme/secret', params: {} }),
    }),
  )
  expect(await answer.text()).not.toContain('told')
})

it('a template with a new pattern is found by the new pattern only', async () => {
  const keyring = aKeyring()
  const auth = createMcpAuth(keyring)
  const { token } = await aToken(keyring, full)
  const handler = auth.fetch(
    createMcpHandler(() => {
      const server = auth.protect(new McpServer({ name: 'x', version: '1' }))
      const t = server.registerResource(
        't',
        new ResourceTemplate('old://{id}', { list: undefined }),
        {},
        scoped('public', (uri) => ({ contents: [{ uri: uri.href, text: 'x' }] })),
      )
      t.update({ name: 'u' })
      t.update({ template: new ResourceTemplate('new://{id}', { list: undefined }) })
      return server
    }),
  )
  const read = async (uri: string) =>
    (
      await handler(
        new Request('http://x/mcp', {
          method: 'POST',
          headers: mcpHeaders(token),
          body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri } }),
        }),
      )
    ).text()
  expect(await read('new://1')).toContain('"text":"x"')
  expect(await read('old://1')).toContain('not found')
})

it('a fetch stream whose client left before the headers is not watched', async () => {
  const { keyring, verified } = countedKeyring()
  const auth = createMcpAuth(keyring, { recheckMs: 20 })
  const { token } = await aToken(keyring, full)
  const inHandler = moment()
  const mcp = auth.fetch({
    fetch: async () => {
      inHandler.reach()
      await setTimeout(100)
      return new Response(new ReadableStream({}), { headers: { 'content-type': 'text/event-stream' } })
    },
  })
  const app = new Hono()
  app.all('/mcp', (c) => mcp(c.req.raw))
  const url = await listening(serveHono({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as never)
  await leaveAt(inHandler, url, token)
  await setTimeout(200)
  const before = verified()
  await setTimeout(200)
  expect(verified()).toBe(before)
})

it('a login whose expiry moved is not asked more often than before', async () => {
  let asked = 0
  const auth = createMcpAuth(aKeyring(), {
    fallback: () => {
      asked += 1
      return {
        id: 'eve',
        allows: () => true,
        allowsOn: () => true,
        expiresAt: new Date(asked === 1 ? Date.now() + 50 : Date.now() + 60_000),
      }
    },
  })
  const mcp = auth.fetch({
    fetch: async () => new Response(new ReadableStream({}), { headers: { 'content-type': 'text/event-stream' } }),
  })
  const res = await mcp(new Request('http://x/mcp'))
  await setTimeout(400)
  await res.body?.cancel()
  expect(asked).toBeLessThan(4)
})
it('a bad X-API-Key is refused without asking the login', async () => {
  const auth = createMcpAuth(aKeyring(), { fallback: () => ({ id: 'eve', allows: () => true, allowsOn: () => true }) })
  const r = await auth.gate(new Request('http://x/mcp', { headers: { 'x-api-key': 'nope' } }))
  expect(r).toBeInstanceOf(Response)
})

it('a registry with a maximum forgets the oldest entry of each kind', () => {
  const known = createRegistry(2)
  const server: Record<string, unknown> = {}
  for (const method of ['registerTool', 'registerPrompt', 'registerResource']) server[method] = () => ({})
  registerDeclared(
    server,
    { access: aKeyring().access as never, approving: null },
    [known],
    { isRunning: false },
    createWiring(false),
  )
  const call = (method: string, ...args: unknown[]) => (server[method] as (...args: unknown[]) => void)(...args)
  const open = scoped('public', () => 'open')
  for (const name of ['a', 'b', 'c']) {
    call('registerTool', name, {}, open)
    call('registerPrompt', name, {}, open)
    call('registerResource', name, `doc://${name}`, {}, open)
    call('registerResource', name, new ResourceTemplate(`${name}://{id}`, { list: undefined }), {}, open)
  }
  const names = [known.tools, known.prompts, known.resources, known.templates].map((map) => [...map.keys()].join())
  expect(names).toEqual(['b,c', 'b,c', 'doc://b,doc://c', 'b,c'])
})

it('a stream whose check never answers is closed after the deadline', async () => {
  const closed = new Promise<string>((resolve) => {
    openStreams(10, 20).watch({
      keyId: 'k',
      expiresAt: null,
      check: () => new Promise(() => {}),
      close: () => resolve('closed'),
    })
  })
  expect(await closed).toBe('closed')
})

it('fetch returns the response object of the server itself, with the headers of the guard', async () => {
  const keyring = aKeyring()
  const { token } = await aToken(keyring, full)
  const made = new Response('{}', { headers: { 'Content-Type': 'application/json' } })
  const mcp = createMcpAuth(keyring).fetch({ fetch: () => made })
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })
  const headers = { ...mcpHeaders(), 'X-API-Key': token }
  expect(await mcp(new Request('http://localhost/mcp', { method: 'POST', headers, body }))).toBe(made)
  expect(made.headers.get('cache-control')).toBe('private')
})

it('fetch copies a response with immutable headers, and adds the headers of the guard', async () => {
  const url = await listening(createServer((_, res) => res.setHeader('Content-Type', 'text/plain').end('fetched')))
  const keyring = aKeyring()
  const { token } = await aToken(keyring, full)
  const mcp = createMcpAuth(keyring).fetch({ fetch: () => fetch(url) })
  const answer = await mcp(new Request('http://localhost/mcp', { headers: { 'X-API-Key': token } }))
  expect([answer.status, await answer.text()]).toEqual([200, 'fetched'])
  expect(answer.headers.get('content-type')).toBe('text/plain')
  expect(answer.headers.get('cache-control')).toBe('private')
})

describe('a request is refused with 503 when the host never answers', () => {
  const never = () => new Promise<never>(() => {})
  const narrow = () => ({ board: ['b1'] })
  const ann: Login = { id: 'ann', allows: () => true, allowsOn: () => true }

  it.each<[string, McpAuthOptions, Partial<KeyringOptions<Board>>, 'with a key'?]>([
    ['narrow', { narrow: never }, {}, 'with a key'],
    ['levels', { narrow }, { resolveOwner: () => ({ scopes: ['*'], levels: never }) }, 'with a key'],
    ['fallback', { fallback: never }, {}],
    ['narrow of a login', { narrow: never, fallback: () => ann }, {}],
    ['allowsOn of a login', { narrow, fallback: () => ({ ...ann, allowsOn: never }) }, {}],
  ])('in %s', async (_, options, keyringOptions, withKey) => {
    const events: KeyringEvent[] = []
    const keyring = aKeyring(undefined, { ...keyringOptions, onEvent: (event) => events.push(event) })
    const { token } = await aToken(keyring, full)
    events.length = 0
    const admit = createAdmit(keyring as unknown as Keyring, options, 30) // as createMcpAuth takes it
    const request = new Request('http://x/mcp', { headers: mcpHeaders(withKey && token) })
    const admission = await admit(fetchRequest(request), request)
    expect(admission).toMatchObject({ ok: false, reply: { status: 503, headers: { 'Retry-After': '5' } } })
    expect(JSON.stringify(admission)).toContain('auth_unavailable')
    const error = expect.objectContaining({ message: 'There was no answer within 30 ms.' })
    expect(events).toEqual([{ type: 'keyring.outage_began', reason: 'mcp', error, at: expect.any(Date) }])
  })
})

it('the usage meter counts each message of a request as one use, also after a message that costs nothing', async () => {
  const keyring = aKeyring()
  const { token } = await aToken(keyring)
  await keyring.verify(token) // as a gate does
  const { take } = usageMeter((units) => keyring.verify(token, units), 1)
  const calls = async () => (await keyring.stats({ organizationId: 'org1' })).callsLast24h
  for (const [at, cost] of [0, 1, 0, 3].entries()) {
    expect(await take(cost)).toBeNull()
    expect(await calls()).toBe(at + 1)
  }
})

it('the middleware calls next once, and what next throws stays an unhandled rejection', async () => {
  const keyring = aKeyring()
  const { token } = await aToken(keyring, full)
  const guard = createMcpAuth(keyring).express()
  const fault = new Error('of the handler')
  const handed: unknown[] = []
  // Vitest listens as well, and would report a failed test.
  const listeners = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  onTestFinished(() => {
    for (const listener of listeners) process.on('unhandledRejection', listener)
  })
  const unhandled = new Promise((resolve) => process.once('unhandledRejection', resolve))
  const server = createServer((req, res) =>
    guard(req, res, (error) => {
      handed.push(error)
      res.end()
      throw fault
    }),
  )
  await send(await listening(server), 'POST', mcpHeaders(token), {})
  expect(await unhandled).toBe(fault)
  expect(handed).toEqual([undefined])
})
