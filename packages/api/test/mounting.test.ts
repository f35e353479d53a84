import { once } from 'node:events'
import { createServer, request as httpRequest, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type ManagementApi, nodeListener } from '../src/index.js'
import { open } from './setup.js'

async function listen(server: Server): Promise<string> {
  if (!server.listening) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  }
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on TCP
}

const servers: Record<string, (api: ManagementApi, base: string) => Promise<string>> = {
  'node:http': async (api) => listen(createServer(nodeListener(api) as RequestListener)),

  'Express, under its path': async (api, base) => {
    const app = express()
    app.use(base, nodeListener(api))
    app.use(express.json())
    return listen(createServer(app))
  },

  'Express, in a router': async (api, base) => {
    const [, first = '', ...rest] = base.split('/')
    const router = express.Router()
    router.use(`/${rest.join('/')}`, nodeListener(api))
    return listen(createServer(express().use(`/${first}`, router)))
  },

  Fastify: async (api, base) => {
    const app = fastify()
    app.register((scope, _options, done) => {
      // Its own readers of bodies would take the body away.
      scope.removeAllContentTypeParsers()
      scope.addContentTypeParser('*', (_request, _payload, read) => read(null))
      const listener = nodeListener(api)
      const handler = (
        request: { raw: Parameters<typeof listener>[0] },
        reply: { hijack(): void; raw: Parameters<typeof listener>[1] },
      ) => {
        reply.hijack()
        return listener(request.raw, reply.raw)
      }
      scope.all(base, handler)
      scope.all(`${base}/*`, handler)
      done()
    })
    onTestFinished(() => app.close())
    return app.listen({ port: 0, host: '127.0.0.1' })
  },

  Hono: async (api, base) => {
    const app = new Hono().all(`${base}/*`, ({ req }) => api.fetch(req.raw)).all(base, ({ req }) => api.fetch(req.raw))
    return listen(createServer(nodeListener({ fetch: async (request) => app.fetch(request) }) as RequestListener))
  },
}

describe.each(Object.keys(servers))('mounted on %s', (name) => {
  it('answers over real HTTP: creating, listing, exporting, refusing', async () => {
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

describe('nodeListener', () => {
  /** Sends a request line and a host as they are. */
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

  it('goes by the path that was asked for, and takes no other from a host or an absolute address', async () => {
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

  it('says so where something has read the body before it', async () => {
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
    expect(await response.text()).toContain('mount the management API before it')
    expect(await dump()).toBe(before)
  })

  it('stops an export whose reader has gone', async () => {
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
    await new Promise((resolve) => setTimeout(resolve, 100))
    const after = reads
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(reads).toBe(after)
  })
})
