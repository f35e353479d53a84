import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { defineAccess, fetchGate, type Keyring, type Principal } from '@keywright/core'
import { requireKey as expressKey, principalOf as expressPrincipalOf } from '@keywright/express'
import { principalOf as fastifyPrincipalOf, keywright } from '@keywright/fastify'
import { requireKey as honoKey } from '@keywright/hono'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import { afterAll, describe, expect, it } from 'vitest'
import { sqliteFile } from './support/sqlite-file.js'

const access = defineAccess({ scopes: { 'tasks.read': 'See tasks' } })
type TaskKeyring = Keyring<typeof access>

const tasks = [
  { organizationId: 'org1', title: 'ours' },
  { organizationId: 'org2', title: 'theirs' },
]
/** What each route answers: who asks, and the tasks of their organisation alone. */
const answerFor = (principal: Principal<typeof access>) => ({
  user: principal.user?.id,
  organizationId: principal.organizationId,
  tasks: tasks.filter((task) => task.organizationId === principal.organizationId).map(({ title }) => title),
})
/** What the shared endpoint answers a person or a machine. */
const callerOf = (principal: { key: { name: string } } | null) => ({ caller: principal?.key.name ?? 'a person' })
const isSignedIn = (cookie: string | null | undefined) => cookie === 'session=ada'

interface Served {
  readonly origin: string
  close(): Promise<unknown>
}

/** Each framework, with the same two routes: `/tasks` for keys, `/me` for keys and for people who have signed in. */
const frameworks: Record<string, (keyring: TaskKeyring) => Promise<Served>> = {
  Express: async (keyring) => {
    const app = express()
    app.get('/tasks', expressKey(keyring, { scopes: ['tasks.read'] }), (req, res) => {
      res.json(answerFor(req.principal))
    })
    const keyOrPerson = expressKey(keyring, {
      fallback: (req, res, next) => (isSignedIn(req.headers.cookie) ? next() : res.sendStatus(401)),
    })
    app.get('/me', keyOrPerson, (req, res) => {
      res.json(callerOf(expressPrincipalOf(req)))
    })
    return listen(createServer(app))
  },
  Fastify: async (keyring) => {
    const app = Fastify({ forceCloseConnections: true })
    await app.register(keywright(keyring))
    app.get('/tasks', { config: { scopes: ['tasks.read'] } }, async ({ principal }) => answerFor(principal))
    app.get(
      '/me',
      {
        config: {
          fallback: ({ headers }, reply, next) => (isSignedIn(headers.cookie) ? next() : reply.code(401).send()),
        },
      },
      async (request) => callerOf(fastifyPrincipalOf(request)),
    )
    return { origin: await app.listen({ port: 0, host: '127.0.0.1' }), close: () => app.close() }
  },
  Hono: async (keyring) => {
    const app = new Hono()
    app.get('/tasks', honoKey(keyring, { scopes: ['tasks.read'] }), (c) => c.json(answerFor(c.get('principal'))))
    const keyOrPerson = honoKey(keyring, {
      fallback: async (c, next) => (isSignedIn(c.req.header('Cookie')) ? next() : c.body(null, 401)),
    })
    app.get('/me', keyOrPerson, (c) => c.json(callerOf(c.get('principal'))))
    return listen(createServer(getRequestListener(app.fetch)))
  },
  fetch: async (keyring) => {
    const readsTasks = fetchGate(keyring, { scopes: ['tasks.read'] })
    const key = fetchGate(keyring, { optional: true })
    const handler = async (request: Request): Promise<Response> => {
      if (new URL(request.url).pathname === '/tasks') {
        const verdict = await readsTasks(request)
        return verdict.ok ? verdict.finish(Response.json(answerFor(verdict.principal))) : verdict.response
      }
      const verdict = await key(request)
      if (!verdict.ok) return verdict.response
      const isSomebody = verdict.principal !== null || isSignedIn(request.headers.get('cookie'))
      return isSomebody ? Response.json(callerOf(verdict.principal)) : new Response(null, { status: 401 })
    }
    return listen(createServer(getRequestListener(handler)))
  },
}

async function listen(server: ReturnType<typeof createServer>): Promise<Served> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on TCP
  const close = async () => {
    server.closeAllConnections()
    server.close()
  }
  return { origin: `http://127.0.0.1:${port}`, close }
}

describe.each(Object.entries(frameworks))('a product on %s', (_, start) => {
  const opened: (() => Promise<unknown>)[] = []
  afterAll(() => Promise.all(opened.map((close) => close())))

  const open = async () => {
    const { keyring } = await (await sqliteFile()).open({
      prefix: 'tak',
      access,
      resolveOwner: () => ({ scopes: ['*'] }),
    })
    const { origin, close } = await start(keyring)
    opened.push(close)
    const keyOf = async (id: string, organizationId: string) => {
      const owner = { type: 'user', id, organizationId } as const
      return (await keyring.create({ name: `key of ${id}`, owner, scopes: ['tasks.read'] })).token.reveal()
    }
    const ask = async (path: string, headers: Record<string, string>) => {
      const response = await fetch(origin + path, { headers })
      return { status: response.status, body: response.status === 200 ? await response.json() : null }
    }
    return { keyring, keyOf, ask }
  }

  it('T4: takes a key as bearer token on the REST API', async () => {
    const { keyOf, ask } = await open()
    const token = await keyOf('ada', 'org1')
    expect((await ask('/tasks', { authorization: `Bearer ${token}` })).status).toBe(200)
    expect((await ask('/tasks', {})).status).toBe(401)
  })

  it('L4: has user and organisation on the request, and filters by organisation', async () => {
    const { keyOf, ask } = await open()
    const [ours, theirs] = [await keyOf('ada', 'org1'), await keyOf('bob', 'org2')]
    expect((await ask('/tasks', { 'x-api-key': ours })).body).toEqual({
      user: 'ada',
      organizationId: 'org1',
      tasks: ['ours'],
    })
    expect((await ask('/tasks', { 'x-api-key': theirs })).body).toEqual({
      user: 'bob',
      organizationId: 'org2',
      tasks: ['theirs'],
    })
  })

  it('O9: serves signed-in people and machines with keys on one endpoint', async () => {
    const { keyOf, ask } = await open()
    const token = await keyOf('ada', 'org1')
    expect((await ask('/me', { authorization: `Bearer ${token}` })).body).toEqual({ caller: 'key of ada' })
    expect((await ask('/me', { cookie: 'session=ada' })).body).toEqual({ caller: 'a person' })
    expect((await ask('/me', {})).status).toBe(401)
    // A bad key is refused, whoever has signed in beside it.
    const bad = { 'x-api-key': `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`, cookie: 'session=ada' }
    expect((await ask('/me', bad)).status).toBe(401)
  })
})
