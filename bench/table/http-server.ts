import { createServer, type Server } from 'node:http'
import { serve } from '@hono/node-server'
import { memoryStore } from '@keywright/core'
import { requireKey as expressKey } from '@keywright/express'
import { keywright } from '@keywright/fastify'
import { requireKey as honoKey } from '@keywright/hono'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import { bareCheck } from '../../test/performance/bare-check.js'
import { createTokens, keyringOver } from '../../test/performance/keyring.js'
import { answerParent } from './child-server.js'

// One HTTP server in a process of its own: `http-server.ts <express|fastify|hono> <bare|by-hand|verify|guarded>`.
const [framework, guard] = process.argv.slice(2)
const keyring = keyringOver(memoryStore())
const tokens = await createTokens(keyring, 100)
const byHand = bareCheck()
for (const token of tokens) byHand.add(token, ['tasks.read'])
const scope = 'tasks.read'
const answer = { tasks: [{ id: 't1', title: 'Write the release notes' }] }
const refusal = { error: 'unauthorized' }

/** A check in a middleware by hand: the least that is safe, or `keyring.verify`. `null`: there is none. */
const checks: Readonly<Record<string, (authorization: string | undefined) => Promise<boolean>>> = {
  'by-hand': (authorization) => byHand.allows(authorization, scope),
  verify: async (authorization = '') =>
    (await keyring.verify(authorization.slice('Bearer '.length), { scopes: [scope] })).ok,
}
const check = checks[guard ?? ''] ?? null

function onExpress(): Server {
  const app = express()
  if (guard === 'guarded') app.use(expressKey(keyring, { scopes: [scope] }))
  if (check !== null)
    app.use(async (req, res, next) => {
      if (await check(req.headers.authorization)) next()
      else res.status(401).json(refusal)
    })
  app.get('/tasks', (_req, res) => void res.json(answer))
  return createServer(app).listen(0, '127.0.0.1')
}

async function onFastify(): Promise<Server> {
  const app = Fastify()
  if (guard === 'guarded') await app.register(keywright(keyring))
  if (check !== null)
    app.addHook('onRequest', async (request, reply) => {
      if (!(await check(request.headers.authorization))) return reply.code(401).send(refusal)
    })
  app.get('/tasks', guard === 'guarded' ? { config: { scopes: [scope] } } : {}, async () => answer)
  await app.listen({ port: 0, host: '127.0.0.1' })
  return app.server
}

function onHono() {
  const app = new Hono()
  if (guard === 'guarded') app.use(honoKey(keyring, { scopes: [scope] }))
  if (check !== null)
    app.use(async (c, next) => {
      if (!(await check(c.req.header('authorization')))) return c.json(refusal, 401)
      await next()
    })
  app.get('/tasks', (c) => c.json(answer))
  return serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
}

const server = framework === 'express' ? onExpress() : framework === 'fastify' ? await onFastify() : onHono()
await answerParent(server, { path: '/tasks', tokens })
