import { once } from 'node:events'
import {
  Agent,
  createServer,
  request as httpRequest,
  IncomingMessage,
  type RequestListener,
  ServerResponse,
} from 'node:http'
import { Socket } from 'node:net'
import express from 'express'
import { Hono } from 'hono'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type NodeConnection, nodeListener } from '../src/index.js'
import { listen, servers } from './servers.js'
import { open } from './setup.js'

describe.each(Object.keys(servers))('the management API on %s', (name) => {
  it('creates, lists, exports and refuses over HTTP', async () => {
    const { api, keyring } = open()
    const base = '/api/api-keys'
    const origin = (await servers[name]?.(api, base)) ?? ''
    const send = (path: string, init: RequestInit = {}) =>
      fetch(`${origin}${base}${path}`, {
        ...init,
        headers: { Cookie: 'session=ada', 'Content-Type': 'application/json', ...init.headers },
      })

    const created = await send('', { method: 'POST', body: JSON.stringify({ name: 'ci ü' }) })
    expect(created.status).toBe(201)
    expect(created.headers.get('cache-control')).toBe('no-store')
    const { id, token } = (await created.json()) as { id: string; token: string }
    expect(await keyring.verify(token)).toMatchObject({ ok: true })

    expect(await (await send('?limit=1')).json()).toMatchObject({ data: [{ id, name: 'ci ü' }] })
    const listed = await send('?search=CI&status=active&status=disabled&sort=-last_used_at&total=true')
    expect(await listed.json()).toMatchObject({ data: [{ id }], total: { count: 1, exact: true } })
    const series = await send(`/usage/keys?key_ids=${id}&interval=day`)
    expect(await series.json()).toMatchObject({ data: [{ key_id: id, data: expect.any(Array) }] })
    expect((await send('/usage/top')).status).toBe(200)
    expect(await (await send(`/${id}`)).json()).toMatchObject({ id })
    expect((await send(`/${id}/disable`, { method: 'POST' })).status).toBe(200)
    const exported = await send('/audit/export')
    expect((await exported.text()).trim().split('\n')).toHaveLength(3)
    expect((await send(`/${id}`, { method: 'DELETE' })).status).toBe(204)
    expect((await send('', { method: 'HEAD' })).status).toBe(200)

    const oversized = await send('', { method: 'POST', body: JSON.stringify({ name: 'x'.repeat(70_000) }) })
    expect(oversized.status).toBe(413)
    const refused = await fetch(`${origin}${base}`, { method: 'POST', body: '{"name":"x"}' })
    expect([refused.status, refused.headers.get('content-type')]).toEqual([401, 'application/problem+json'])
    const crossSite = { method: 'POST', body: '{"name":"x"}', headers: { 'Sec-Fetch-Site': 'cross-site' } }
    expect((await send('', crossSite)).status).toBe(403)
    expect((await send('/a/b/c')).status).toBe(404)
  })
})

describe.each(Object.keys(servers))('a refusal on %s, of a request whose body nobody read', (name) => {
  /** One connection, kept. */
  async function openConnection() {
    const { api } = open()
    const origin = (await servers[name]?.(api, '/api/api-keys')) ?? ''
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => agent.destroy())
    return async (method: string, headers: Record<string, string>, body: string) => {
      const request = httpRequest(`${origin}/api/api-keys`, { agent, method, headers })
      request.end(body)
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      response.resume()
      await once(response, 'end')
      return { status: response.statusCode, connection: response.headers.connection, socket: request.socket }
    }
  }
  const json = { Cookie: 'session=ada', 'Content-Type': 'application/json' }

  it.each<[number, Record<string, string>, number]>([
    [401, { 'Content-Type': 'application/json' }, 1_000_000],
    [415, { ...json, 'Content-Type': 'text/plain' }, 1_000_000],
    [413, json, 1_000_000],
    [413, json, 66_000],
  ])('(%i) leaves the connection to the next request', async (status, headers, length) => {
    const send = await openConnection()
    const first = await send('POST', headers, 'x'.repeat(length))
    expect(first.status).toBe(status)
    const next = await send('GET', json, '')
    expect(next.status).toBe(200)
    expect(next.socket).toBe(first.socket)
  })

  it('ends the connection where the rest is long, and says so', async () => {
    const send = await openConnection()
    const headers = { ...json, 'Content-Length': '2000000' }
    expect(await send('POST', headers, 'x'.repeat(100_000))).toMatchObject({ status: 413, connection: 'close' })
    expect((await send('GET', json, '')).status).toBe(200)
  })
})

describe.each(Object.keys(servers))('a malformed request on %s', (name) => {
  it.each([
    ['GET', '/api/api-keys/%ZZ', 400],
    ['GET', '/api/api-keys/%', 400],
    ['GET', '/api/api-keys//', 404],
    ['GET', '/api/api-keys///x', 404],
    ['GET', `/api/api-keys/${'x'.repeat(8_000)}`, 400],
    ['GET', `/api/api-keys?cursor=${'x'.repeat(8_000)}`, 400],
    ['TRACE', '/api/api-keys', 501],
  ])('%s %s is answered by a problem', async (method, path, status) => {
    // These servers read the path before the API does.
    const isTheirs = /%/.test(path) && /^(Express|Fastify)/.test(name)
    const { api } = open()
    const origin = (await servers[name]?.(api, '/api/api-keys')) ?? ''
    const { hostname, port } = new URL(origin)
    const request = httpRequest({ hostname, port, method, path, headers: { Cookie: 'session=ada' } })
    request.end()
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    response.setEncoding('utf8')
    const text = (await response.toArray()).join('')
    if (isTheirs) return expect([400, 404]).toContain(response.statusCode)
    expect(response.statusCode, text).toBe(status)
    expect(response.headers['content-type']).toBe('application/problem+json')
    expect(response.headers['cache-control']).toBe('no-store')
    const named = { request_id: response.headers['x-request-id'] ?? 'a header that is missing' }
    expect(JSON.parse(text)).toMatchObject({ status, code: expect.any(String), detail: expect.any(String), ...named })
  })
})

describe('nodeListener', () => {
  /** Sends the request line and the Host header without changing them, as `fetch` would. */
  const raw = (origin: string, path: string, headers: Record<string, string> = {}) =>
    new Promise<number>((resolve, reject) => {
      const { hostname, port } = new URL(origin)
      httpRequest({ hostname, port, path, headers: { Cookie: 'session=ada', ...headers } }, (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
        .on('error', reject)
        .end()
    })

  it('uses the path of the request line, and takes no path from the Host header or an absolute URL', async () => {
    const { api } = open()
    const origin = await listen(createServer(nodeListener(api) as RequestListener))
    expect(await raw(origin, '/api/api-keys')).toBe(200)
    expect(await raw(origin, '/public', { Host: 'x/api/api-keys?' })).toBe(400)
    expect(await raw(origin, '/public', { Host: 'x/api/api-keys#' })).toBe(400)
    expect(await raw(origin, '/public', { Host: 'user@x' })).toBe(400)
    expect(await raw(origin, 'http://x/api/api-keys')).toBe(400)
    expect(await raw(origin, '//x/api/api-keys')).toBe(404)
    expect(await raw(origin, '/api/api-keys/../public')).toBe(404)
  })

  it('answers 500 with the reason when the body was read before', async () => {
    const { api, dump } = open()
    const before = await dump()
    const app = express()
    app.use(express.json(), nodeListener(api))
    const origin = await listen(createServer(app))
    const response = await fetch(`${origin}/api/api-keys`, {
      method: 'POST',
      body: '{"name":"x"}',
      headers: { Cookie: 'session=ada', 'Content-Type': 'application/json' },
    })
    expect(response.status).toBe(500)
    expect(await response.text()).toContain('Mount this handler before anything that reads bodies')
    expect(await dump()).toBe(before)
  })

  it('gives a function the request and the connection', async () => {
    const listener = nodeListener(async (request, { remoteAddress, encrypted }) =>
      Response.json({ url: request.url, text: await request.text(), connection: { remoteAddress, encrypted } }),
    )
    const origin = await listen(createServer(listener as RequestListener))
    const response = await fetch(`${origin}/tasks?done=1`, { method: 'POST', body: 'x' })
    expect(await response.json()).toEqual({
      url: `${origin}/tasks?done=1`,
      text: 'x',
      connection: { remoteAddress: '127.0.0.1', encrypted: false },
    })
  })

  it('gives a Hono app the bindings of Node', async () => {
    const app = new Hono<{ Bindings: NodeConnection }>().get('/', (c) =>
      c.text(`${c.env.incoming.socket.remoteAddress}`),
    )
    const origin = await listen(createServer(nodeListener(app) as RequestListener))
    expect(await (await fetch(origin)).text()).toBe('127.0.0.1')
  })

  it('calls fetch as a method when it gets an object', async () => {
    const handler = {
      name: 'tasks',
      async fetch() {
        return new Response(this.name)
      },
    }
    const origin = await listen(createServer(nodeListener(handler) as RequestListener))
    expect(await (await fetch(origin)).text()).toBe('tasks')
  })

  it('sends every cookie of a response', async () => {
    const headers = new Headers([
      ['Set-Cookie', 'a=1; Path=/'],
      ['Set-Cookie', 'b=2; Path=/'],
    ])
    const listener = nodeListener(() => new Response('x', { headers }))
    const origin = await listen(createServer(listener as RequestListener))
    expect((await fetch(origin)).headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2; Path=/'])
  })

  it('sends the headers of an event stream before its first event', async () => {
    const stream = new ReadableStream<Uint8Array>({ start: () => {} })
    const listener = nodeListener(() => new Response(stream, { headers: { 'Content-Type': 'text/event-stream' } }))
    const origin = await listen(createServer(listener as RequestListener))
    const response = await fetch(origin)
    expect(response.status).toBe(200)
    await response.body?.cancel()
  })

  it('rejects when the handler rejects, so that Express handles the error', async () => {
    const app = express()
    app.use(nodeListener(() => Promise.reject(new Error('disk full'))))
    const seen: unknown[] = []
    app.use(((error, _request, response, _next) => {
      seen.push(error)
      response.status(500).end()
    }) as express.ErrorRequestHandler)
    const origin = await listen(createServer(app))
    expect((await fetch(origin)).status).toBe(500)
    expect(seen).toEqual([new Error('disk full')])
  })

  it('stops an export when the client disconnects', async () => {
    const { api, store, create } = open()
    await create()
    let reads = 0
    const { listAudit } = store
    Object.assign(store, {
      listAudit: async (query: Parameters<typeof listAudit>[0]) => {
        reads += 1
        const [record] = await listAudit({ ...query, after: 0, limit: 1 })
        if (record === undefined) return []
        return Array.from({ length: query.limit }, () => ({ ...record, seq: 1, data: { x: 'x'.repeat(5_000) } }))
      },
    })
    const origin = await listen(createServer(nodeListener(api) as RequestListener))
    const response = await fetch(`${origin}/api/api-keys/audit/export`, { headers: { Cookie: 'session=ada' } })
    const reader = response.body?.getReader()
    await reader?.read()
    await reader?.cancel()
    let before = -1
    await expect
      .poll(
        () => {
          const isOver = reads === before
          before = reads
          return isOver
        },
        { interval: 100 },
      )
      .toBe(true)
  })
})

it('hands on the headers of a request that has no server, and only its headers object', async () => {
  const socket = Object.assign(new Socket(), { encrypted: true })
  const headers = { host: 'api.example', 'x-one': '1', 'x-two': ['2', '3'] }
  const incoming = Object.assign(new IncomingMessage(socket), { method: 'GET', url: '/a', headers })
  const seen: unknown[] = []
  const listener = nodeListener(({ url, headers }) => {
    seen.push(url, headers.get('x-one'), headers.get('x-two'))
    return new Response(null, { status: 204 })
  })
  await listener(incoming, new ServerResponse(incoming))
  expect(seen).toEqual(['https://api.example/a', '1', '2, 3'])
})
