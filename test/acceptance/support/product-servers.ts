import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ManagementApi, nodeListener } from '@keywright/api'
import type { Access, Keyring, Principal } from '@keywright/core'
import { requireKey as expressKey } from '@keywright/express'
import { keywright } from '@keywright/fastify'
import { requireKey as honoKey } from '@keywright/hono'
import express, { type Request } from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import { onTestFinished } from 'vitest'

/** The catalogue that the product's routes ask of. */
export type ProductAccess = Access<
  'tasks.read' | 'tasks.move' | 'members.read' | 'members.invite',
  string,
  string,
  { readonly board: string }
>

/** Serves the management API and the product's own routes, which stand behind its keys; gives the origin. */
export type Serve = (api: ManagementApi, keyring: Keyring<ProductAccess>, base: string) => Promise<string>

const whoIs = ({ key }: Pick<Principal, 'key'>) => ({
  user: key.owner.id,
  organizationId: key.owner.type === 'user' ? key.owner.organizationId : key.owner.id,
  keyId: key.id,
})
const boardOf = (id: unknown) => ({ type: 'board' as const, id: String(id) })

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on TCP
}

/** The same product on each framework. */
export const productServers: Readonly<Record<'Express' | 'Fastify' | 'Hono', Serve>> = {
  Express: async (api, keyring, base) => {
    const app = express()
    app.use(base, nodeListener(api))
    const resource = ({ params }: Request) => boardOf(params.board)
    app.get('/boards/:board', expressKey(keyring, { scopes: ['tasks.read'], resource }), (_, res) => {
      res.json({})
    })
    app.post('/boards/:board/tasks', expressKey(keyring, { scopes: ['tasks.move'], resource }), (_, res) => {
      res.json({})
    })
    app.get('/members', expressKey(keyring, { scopes: ['members.read'] }), ({ principal }, res) => {
      res.json(whoIs(principal))
    })
    app.post('/invitations', expressKey(keyring, { scopes: ['members.invite'] }), (_, res) => {
      res.json({})
    })
    return listen(app)
  },

  Fastify: async (api, keyring, base) => {
    const app = Fastify({ forceCloseConnections: true })
    await app.register(keywright(keyring))
    const resource = ({ params }: { params: unknown }) => boardOf((params as { board: string }).board) // of the route below
    app.get('/boards/:board', { config: { scopes: ['tasks.read'], resource } }, async () => ({}))
    app.post('/boards/:board/tasks', { config: { scopes: ['tasks.move'], resource } }, async () => ({}))
    app.get('/members', { config: { scopes: ['members.read'] } }, async ({ principal }) => whoIs(principal))
    app.post('/invitations', { config: { scopes: ['members.invite'] } }, async () => ({}))
    await app.register((scope, _options, done) => {
      // Its own readers of bodies would take the body away.
      scope.removeAllContentTypeParsers()
      scope.addContentTypeParser('*', (_request, _payload, read) => read(null))
      const listener = nodeListener(api)
      for (const path of [base, `${base}/*`]) {
        scope.all(path, (request, reply) => {
          reply.hijack()
          return listener(request.raw, reply.raw)
        })
      }
      done()
    })
    onTestFinished(() => app.close())
    return app.listen({ port: 0, host: '127.0.0.1' })
  },

  Hono: async (api, keyring, base) => {
    const app = new Hono()
    for (const path of [base, `${base}/*`]) app.all(path, ({ req }) => api.fetch(req.raw))
    const resource = (c: { req: { param(name: string): string | undefined } }) => boardOf(c.req.param('board'))
    app.get('/boards/:board', honoKey(keyring, { scopes: ['tasks.read'], resource }), (c) => c.json({}))
    app.post('/boards/:board/tasks', honoKey(keyring, { scopes: ['tasks.move'], resource }), (c) => c.json({}))
    app.get('/members', honoKey(keyring, { scopes: ['members.read'] }), (c) => c.json(whoIs(c.get('principal'))))
    app.post('/invitations', honoKey(keyring, { scopes: ['members.invite'] }), (c) => c.json({}))
    return listen(nodeListener({ fetch: async (request) => app.fetch(request) }) as RequestListener) // it answers by itself
  },
}
