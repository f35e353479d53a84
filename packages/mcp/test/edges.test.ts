import { createServer, request as httpRequest } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { serve as serveHono } from '@hono/node-server'
import type { Keyring, KeyringEvent, KeyringOptions } from '@keywright/core'
import { fetchRequest } from '@keywright/core/http'
import { createMcpHandler, McpServer, ResourceTemplate } from '@modelcontextprotocol/server'
import express from 'express'
import { Hono } from 'hono'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createAdmit, payer } from '../src/admit.js'
import { createMcpAuth, denyOAuthDiscovery, type Login, type McpAuthOptions, scoped } from '../src/index.js'
import { openStreams } from '../src/open-streams.js'
import { registerDeclared } from '../src/register-declared.js'
import { createRegistry } from '../src/registry.js'
import { listenFor, listenHeaders, mcpHeaders, openStream, send } from './raw.js'
import { aKeyring, aToken, type Board, full, listening, partial, registerV2, serveV2 } from './task-board.js'

afterEach(() => void vi.unstubAllEnvs())

/** A keyring, and the same one as it is handed on: its verifications are counted. */
function countedKeyring() {
  const keyring = aKeyring()
  const verify = vi.fn(keyring.verify)
  return { keyring, counting: { ...keyring, verify }, verified: () => verify.mock.calls.length }
}

/** A moment that can be waited for. */
function moment(): { readonly reached: Promise<void>; reach(): void } {
  let reach = (): void => {}
  const reached = new Promise<void>((resolve) => {
    reach = resolve
  })
  return { reached, reach }
}

/** Asks, and is gone as soon as the handler has the request. */
async function leaveAt(inHandler: ReturnType<typeof moment>, url: string, token: string): Promise<void> {
  const req = httpRequest(url, { headers: mcpHeaders(token) })
  req.on('error', () => {})
  req.end()
  await inHandler.reached
  req.destroy()
}

const listen = (uris: readonly string[]) => listenFor({ resourceSubscriptions: uris })

it.each(['\uFEFF', '\uFEFF\uFEFF', ' \uFEFF'])(
  'listens only to what the key may read, whatever stands before the body: %j',
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

it('closes a listening stream when its key may not read any more what it listens to', async () => {
  const { url, keyring } = await serveV2({ recheckMs: 30 })
  const { token, id } = await aToken(keyring, partial)
  const stream = await openStream(url, 'POST', listenHeaders(token), listen(['board://b1', 'doc://help']))
  await setTimeout(100)
  expect(stream.text()).toContain('board://b1')
  await keyring.update(id, { resources: { board: { mode: 'specific', levels: { b2: 'read' } } } })
  expect(await Promise.race([stream.ended.then(() => 'ended'), setTimeout(1000, 'open')])).toBe('ended')
})

it('does not spin over a stream that lives on past its expiry', async () => {
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

it('watches no stream on Node whose client has gone before the head', async () => {
  const { keyring, counting, verified } = countedKeyring()
  const auth = createMcpAuth(counting, { recheckMs: 20 })
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

it('takes a key that came over TLS in production, and none that did not', async () => {
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

it('passes a URL on that is none', async () => {
  let called = false
  denyOAuthDiscovery()({ url: '//' }, { statusCode: 0, setHeader() {}, end() {} }, () => {
    called = true
  })
  expect(called).toBe(true)
})
it('answers 404 for a URL that is none, where connections are narrowed', async () => {
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

it('guards the handler of all other methods', async () => {
  const keyring = aKeyring()
  const auth = createMcpAuth(keyring)
  const handler = auth.fetch(
    createMcpHandler(() => {
      const server = auth.protect(new McpServer({ name: 'x', version: '1' }))
      server.server.fallbackRequestHandler = async () => ({ secret: 'told' })
      return registerV2(server, auth)
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

it('follows a template that was given another pattern', async () => {
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

it('watches no stream over fetch whose client has gone before the head', async () => {
  const { keyring, counting, verified } = countedKeyring()
  const auth = createMcpAuth(counting, { recheckMs: 20 })
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

it('asks a login that was prolonged no more often than before', async () => {
  let asked = 0
  const auth = createMcpAuth(aKeyring(), {
    orElse: () => {
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
it('asks no login for what came as X-API-Key', async () => {
  const auth = createMcpAuth(aKeyring(), { orElse: () => ({ id: 'eve', allows: () => true, allowsOn: () => true }) })
  const r = await auth.gate(new Request('http://x/mcp', { headers: { 'x-api-key': 'nope' } }))
  expect(r).toBeInstanceOf(Response)
})

it('keeps no more of what servers declare than it was told to', () => {
  const known = createRegistry(2)
  const server: Record<string, unknown> = {}
  for (const method of ['registerTool', 'registerPrompt', 'registerResource']) server[method] = () => ({})
  registerDeclared(server, aKeyring().access as never, [known])
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

it('closes a stream of which nobody says in time whether it may stay', async () => {
  const closed = new Promise<string>((resolve) => {
    openStreams(10, 20).watch({
      keyId: 'k',
      expiresAt: null,
      check: () => new Promise(() => {}),
      close: () => resolve('closed'),
    })
  })
  expect(await Promise.race([closed, setTimeout(2_000, 'open')])).toBe('closed')
})

it('hands on the response of the server itself, so that a host can send its body with its head', async () => {
  const keyring = aKeyring()
  const { token } = await aToken(keyring, full)
  const made = new Response('{}', { headers: { 'Content-Type': 'application/json' } })
  const mcp = createMcpAuth(keyring).fetch({ fetch: () => made })
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })
  const headers = { ...mcpHeaders(), 'X-API-Key': token }
  expect(await mcp(new Request('http://localhost/mcp', { method: 'POST', headers, body }))).toBe(made)
  expect(made.headers.get('cache-control')).toBe('private')
})

it('adds what an answer must say to a response whose fields cannot be changed', async () => {
  const url = await listening(createServer((_, res) => res.setHeader('Content-Type', 'text/plain').end('fetched')))
  const keyring = aKeyring()
  const { token } = await aToken(keyring, full)
  const mcp = createMcpAuth(keyring).fetch({ fetch: () => fetch(url) })
  const answer = await mcp(new Request('http://localhost/mcp', { headers: { 'X-API-Key': token } }))
  expect([answer.status, await answer.text()]).toEqual([200, 'fetched'])
  expect(answer.headers.get('content-type')).toBe('text/plain')
  expect(answer.headers.get('cache-control')).toBe('private')
})

describe('a host that never answers keeps no request open:', () => {
  const never = () => new Promise<never>(() => {})
  const narrow = () => ({ board: ['b1'] })
  const ann: Login = { id: 'ann', allows: () => true, allowsOn: () => true }

  it.each<[string, McpAuthOptions, Partial<KeyringOptions<Board>>, 'with a key'?]>([
    ['narrow', { narrow: never }, {}, 'with a key'],
    ['levels', { narrow }, { resolveOwner: () => ({ scopes: ['*'], levels: never }) }, 'with a key'],
    ['orElse', { orElse: never }, {}],
    ['narrow, of a login', { narrow: never, orElse: () => ann }, {}],
    ['allowsOn of a login', { narrow, orElse: () => ({ ...ann, allowsOn: never }) }, {}],
  ])('%s', async (_, options, keyringOptions, withKey) => {
    const events: KeyringEvent[] = []
    const keyring = aKeyring(undefined, { ...keyringOptions, onEvent: (event) => events.push(event) })
    const { token } = await aToken(keyring, full)
    events.length = 0
    const admit = createAdmit(keyring as unknown as Keyring, options, 30) // as createMcpAuth takes it
    const request = new Request('http://x/mcp', { headers: mcpHeaders(withKey && token) })
    const admission = await Promise.race([admit(fetchRequest(request), request), setTimeout(2_000, 'open')])
    expect(admission).toMatchObject({ ok: false, reply: { status: 503, headers: { 'Retry-After': '5' } } })
    expect(JSON.stringify(admission)).toContain('auth_unavailable')
    const error = expect.objectContaining({ message: 'No answer within 30 ms' })
    expect(events).toEqual([{ type: 'keyring.unavailable', reason: 'mcp', error }])
  })
})

it('counts each message of a request, also behind one that costs nothing', async () => {
  const keyring = aKeyring()
  const { token } = await aToken(keyring)
  await keyring.verify(token) // as a gate does
  const take = payer(keyring as unknown as Keyring, () => ({ token, ip: null })) // as createMcpAuth takes it
  const calls = async () => (await keyring.stats({ organizationId: 'org1' })).callsLast24h
  for (const [at, cost] of [0, 1, 0, 3].entries()) {
    expect(await take(cost)).toBeNull()
    expect(await calls()).toBe(at + 1)
  }
})

it('hands on to a plain chain once, and hides nothing of what is thrown there', async () => {
  const keyring = aKeyring()
  const { token } = await aToken(keyring, full)
  const guard = createMcpAuth(keyring).express()
  const fault = new Error('of the handler')
  const handed: unknown[] = []
  // The runner listens, too, and would take it for a failed test.
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
  expect(await Promise.race([unhandled, setTimeout(2_000, 'nothing')])).toBe(fault)
  expect(handed).toEqual([undefined])
})
