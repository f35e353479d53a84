import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { onTestFinished } from 'vitest'
import { type ManagementApi, nodeListener } from '../src/index.js'

/** The origin of a server that listens until the test is over. */
export async function listen(server: Server): Promise<string> {
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

/** Each server that the API is mounted on, and how. */
export const servers: Record<string, (api: ManagementApi, base: string) => Promise<string>> = {
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
      // Fastify's own parsers would read the body first.
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
    return listen(createServer(nodeListener(app) as RequestListener))
  },
}

/** Sends requests over HTTP to an API on a server, as ada. */
export async function sender(
  name: string,
  api: ManagementApi,
): Promise<(request: string, init?: RequestInit) => Promise<Response>> {
  const base = '/api/api-keys'
  const origin = (await servers[name]?.(api, base)) ?? ''
  return (request, init = {}) => {
    const [method = 'GET', path = ''] = request.split(' ')
    const headers = { Cookie: 'session=ada', 'Content-Type': 'application/json', ...init.headers }
    return fetch(`${origin}${base}${path === '/' ? '' : path}`, { ...init, method, headers })
  }
}
