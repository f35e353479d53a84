import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { managementApi, nodeListener } from '@keywright/api'
import { createKeyring, defineAccess, fetchGate, hmacSha256, type Keyring, type KeyringEvent } from '@keywright/core'
import { dpopProofs } from '@keywright/dpop'
import { requireKey } from '@keywright/express'
import { keywright } from '@keywright/fastify'
import { requireKey as requireKeyOfHono } from '@keywright/hono'
import { kyselyStore } from '@keywright/kysely'
import { createMcpAuth, scoped } from '@keywright/mcp'
import { redisRateLimiter } from '@keywright/redis'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { newClient } from '../../packages/dpop/test/proof-of.js'
import { redisIsThere, redisUrl } from '../../packages/redis/test/redis-server.js'
import { testsEverything } from '../support/everything.js'
import { openDatabases } from './support/databases.js'
import { mcpEndpoint } from './support/mcp-endpoint.js'

const access = defineAccess({
  scopes: {
    'api_keys.read': 'See keys',
    'api_keys.create': 'Create keys',
    'members.read': 'See members',
    'members.invite': 'Invite members',
  },
})
const owner = { type: 'user', id: 'ada', organizationId: 'acme' } as const
/** Where clients reach the product: a proxy stands before its processes. */
const base = 'https://api.example.com'

type Product = Keyring<typeof access>

/** Serves until the test is over; gives the origin. */
async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on TCP
}

/** The same two routes on each framework. */
const frameworks: Readonly<Record<string, (keyring: Product) => Promise<string>>> = {
  Express: async (keyring) => {
    const app = express()
    // Two guards, as of an app and of its route: the proof of a request is one.
    app.use(requireKey(keyring))
    app.get(
      '/members',
      requireKey(keyring, { scopes: ['members.read'] }),
      (req, res) => void res.json(req.principal.key.id),
    )
    app.post('/members', requireKey(keyring, { scopes: ['members.invite'] }), (_, res) => void res.json({}))
    return listen(app)
  },
  Fastify: async (keyring) => {
    const app = Fastify({ forceCloseConnections: true })
    await app.register(keywright(keyring))
    app.get('/members', { config: { scopes: ['members.read'] } }, async ({ principal }) =>
      JSON.stringify(principal.key.id),
    )
    app.post('/members', { config: { scopes: ['members.invite'] } }, async () => ({}))
    onTestFinished(() => app.close())
    return app.listen({ port: 0, host: '127.0.0.1' })
  },
  Hono: async (keyring) => {
    const app = new Hono()
    app.get('/members', requireKeyOfHono(keyring, { scopes: ['members.read'] }), (c) =>
      c.json(c.get('principal').key.id),
    )
    app.post('/members', requireKeyOfHono(keyring, { scopes: ['members.invite'] }), (c) => c.json({}))
    return listen(nodeListener({ fetch: async (request) => app.fetch(request) }) as RequestListener) // it answers by itself
  },
  Fetch: async (keyring) => {
    const gates = {
      GET: fetchGate(keyring, { scopes: ['members.read'] }),
      POST: fetchGate(keyring, { scopes: ['members.invite'] }),
    }
    const answer = async (request: Request) => {
      const verdict = await gates[request.method === 'POST' ? 'POST' : 'GET'](request)
      return verdict.ok ? verdict.finish(Response.json(verdict.principal.key.id)) : verdict.response
    }
    return listen(nodeListener({ fetch: answer }) as RequestListener) // it answers by itself
  },
}

const databases = await openDatabases()

describe.each(databases)('B22: a key that is bound, on $name', ({ db, tablePrefix }) => {
  /** One process of the product, whose limits are counted where `rateLimiter` says. */
  function open(more: Partial<Parameters<typeof createKeyring<typeof access>>[0]> = {}) {
    const events: KeyringEvent[] = []
    const keyring = createKeyring({
      prefix: 'tk',
      environment: 'live',
      access,
      store: kyselyStore(db, { tablePrefix }),
      hasher: hmacSha256({ current: 'p1', peppers: { p1: 'the pepper of all processes, 32 bytes' } }),
      resolveOwner: () => ({ scopes: ['*'] }),
      proofs: { dpop: dpopProofs({ baseUrls: [base] }), mtls: {} },
      onEvent: (event) => events.push(event),
      ...more,
    })
    onTestFinished(() => keyring.close())
    return { keyring, events }
  }

  async function bound(keyring: Product) {
    const client = await newClient()
    const binding = { type: 'dpop', jkt: client.jkt } as const
    const { key, token } = await keyring.create({ name: 'agent', owner, scopes: ['*'], binding })
    return { client, key, token: token.reveal() }
  }

  const ask = async (origin: string, headers: Readonly<Record<string, string>>, method = 'GET') => {
    const response = await fetch(`${origin}/members`, { method, headers })
    const text = await response.text()
    return {
      status: response.status,
      challenge: response.headers.get('WWW-Authenticate'),
      nonce: response.headers.get('DPoP-Nonce'),
      text,
      code: response.ok ? 'ok' : String(JSON.parse(text).code),
    }
  }

  it.each(Object.keys(frameworks))('is of no use to whoever has its token alone, on %s', async (name) => {
    const { keyring, events } = open()
    const { client, key, token } = await bound(keyring)
    const origin = (await frameworks[name]?.(keyring)) ?? expect.unreachable()
    const thief = await newClient()
    const request = { method: 'GET', url: `${base}/members`, token }
    const stolen = await client.prove(request)

    for (const headers of [
      { Authorization: `Bearer ${token}` },
      { 'X-API-Key': token },
      { Authorization: `DPoP ${token}` },
    ]) {
      const answer = await ask(origin, headers as Record<string, string>)
      expect([answer.status, answer.code]).toEqual([401, 'proof_required'])
      expect(answer.challenge).toMatch(/^DPoP realm="api", error="invalid_dpop_proof", algs="ES256 /)
    }
    const dpop = async (proof: string, method = 'GET') =>
      ask(origin, { Authorization: `DPoP ${token}`, DPoP: proof }, method)
    expect((await dpop(await thief.prove(request))).challenge).toContain('error="invalid_token"')
    // The holder, and then whoever saw the whole request.
    expect(await dpop(stolen)).toMatchObject({ status: 200, text: JSON.stringify(key.id) })
    for (const method of ['GET', 'POST']) {
      expect(await dpop(stolen, method)).toMatchObject({ status: 401, code: 'proof_invalid' })
    }
    expect(await dpop(await client.prove({ ...request, method: 'POST' }), 'POST')).toMatchObject({ status: 200 })

    const refused = events.flatMap((event) => (event.type === 'api_key.verify_failed' ? [event] : []))
    expect(refused.map(({ reason }) => reason)).toEqual(['scheme', 'scheme', 'missing', 'key', 'replayed', 'method'])
    expect(refused.every(({ keyId }) => keyId === key.id)).toBe(true)
    expect(JSON.stringify(events)).not.toContain(token.slice(-40))
  })

  it('asks for a nonce where the product wants one, and says the next one', async () => {
    const nonce = { secrets: ['a secret for nonces, of more than 32 bytes'] }
    const { keyring } = open({ proofs: { dpop: dpopProofs({ baseUrls: [base], nonce }) } })
    const { client, token } = await bound(keyring)
    const origin = (await frameworks.Express?.(keyring)) ?? expect.unreachable()
    const dpop = async (claims: { readonly nonce?: string }) => {
      const proof = await client.prove({ method: 'GET', url: `${base}/members`, token }, claims)
      return ask(origin, { Authorization: `DPoP ${token}`, DPoP: proof })
    }
    const first = await dpop({})
    expect(first).toMatchObject({ status: 401, challenge: expect.stringContaining('error="use_dpop_nonce"') })
    const second = await dpop({ nonce: first.nonce ?? '' })
    expect(second).toMatchObject({ status: 200, nonce: first.nonce })
  })

  it('is bound to its certificate behind a proxy that is trusted, and by nobody else', async () => {
    const { keyring } = open()
    const thumbprint = Buffer.alloc(32, 7).toString('base64url')
    const binding = { type: 'mtls', thumbprint } as const
    const { token } = await keyring.create({ name: 'service', owner, scopes: ['*'], binding })
    const app = (trustedProxies: readonly string[]) => {
      const served = express()
      served.get('/members', requireKey(keyring, { trustedProxies }), (_, res) => void res.json({}))
      return listen(served)
    }
    const headers = { Authorization: `Bearer ${token.reveal()}` }
    const named = { ...headers, 'Client-Cert': Buffer.alloc(32, 7).toString('hex') }
    const [behind, direct] = await Promise.all([app(['127.0.0.1']), app([])])
    expect((await ask(behind, named)).code).toBe('ok')
    expect((await ask(direct, named)).code).toBe('proof_required')
    expect((await ask(behind, headers)).code).toBe('proof_required')
    const other = { ...headers, 'Client-Cert': Buffer.alloc(32, 8).toString('hex') }
    expect((await ask(behind, other)).code).toBe('proof_invalid')
  })

  it('calls tools of an MCP server with a proof for each request, and with none of them over stdio', async () => {
    const { keyring } = open()
    const { client, token } = await bound(keyring)
    const auth = createMcpAuth(keyring)
    const origin = await mcpEndpoint(auth, (server) => {
      const handler = scoped({ scopes: ['members.read'] }, async () => ({
        content: [{ type: 'text' as const, text: 'Ada' }],
      }))
      server.registerTool('members', {}, handler)
    })
    const post = async (body: object, session: string | null, headers: Readonly<Record<string, string>>) => {
      const response = await fetch(`${origin}/mcp`, {
        method: 'POST',
        headers: {
          Accept: 'application/json, text/event-stream',
          'Content-Type': 'application/json',
          ...(session === null ? {} : { 'Mcp-Session-Id': session }),
          ...headers,
        },
        body: JSON.stringify({ jsonrpc: '2.0', ...body }),
      })
      return { status: response.status, session: response.headers.get('Mcp-Session-Id'), text: await response.text() }
    }
    const proven = async () => ({
      Authorization: `DPoP ${token}`,
      DPoP: await client.prove({ method: 'POST', url: `${base}/mcp`, token }),
    })
    const clientInfo = { name: 'acceptance', version: '1.0.0' }
    const begin = {
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo },
    }
    const alone = await post(begin, null, { Authorization: `Bearer ${token}` })
    expect(alone).toMatchObject({ status: 401, text: expect.stringContaining('proof_required') })
    const { status, session } = await post(begin, null, await proven())
    expect(status).toBe(200)
    const call = { id: 2, method: 'tools/call', params: { name: 'members', arguments: {} } }
    const used = await proven()
    expect((await post(call, session, used)).text).toContain('Ada')
    expect(await post(call, session, used)).toMatchObject({ status: 401 })
    expect(await post(call, session, { Authorization: `Bearer ${token}` })).toMatchObject({ status: 401 })
    await expect(auth.verifier((message) => new Error(message)).verifyAccessToken(token)).rejects.toThrow(
      'proof_required',
    )
  })

  it('is made over the management API by its thumbprint, and unbound only by who may make such a key', async () => {
    const rights = { scopes: ['*'] }
    const { keyring } = open({ resolveOwner: () => rights })
    const api = managementApi(keyring, {
      authenticate: () => ({ actor: { type: 'user', id: 'ada' }, authority: rights, ambient: false }),
      organization: () => 'acme',
    })
    const origin = await listen(nodeListener(api) as RequestListener) // it answers by itself
    const send = async (method: string, path: string, body: object) => {
      const headers = { 'Content-Type': 'application/json' }
      const response = await fetch(`${origin}/api/api-keys${path}`, { method, headers, body: JSON.stringify(body) })
      return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> }
    }
    const client = await newClient()
    const binding = { type: 'dpop', jkt: client.jkt }
    const made = await send('POST', '', { name: 'agent', scopes: ['members.read', 'members.invite'], binding })
    expect(made).toMatchObject({ status: 201, body: { binding } })
    const token = String(made.body.token)
    const products = (await frameworks.Fetch?.(keyring)) ?? expect.unreachable()
    expect((await ask(products, { Authorization: `Bearer ${token}` })).code).toBe('proof_required')
    const proof = await client.prove({ method: 'GET', url: `${base}/members`, token })
    expect((await ask(products, { Authorization: `DPoP ${token}`, DPoP: proof })).code).toBe('ok')

    expect((await send('PATCH', `/${made.body.id}`, { binding: null })).body.binding).toBeNull()
    expect((await ask(products, { Authorization: `Bearer ${token}` })).code).toBe('ok')
  })

  it('shows its owner how often its token came alone', async () => {
    const { keyring } = open({ usageFlushMs: 100 })
    const { key, token } = await bound(keyring)
    const origin = (await frameworks.Hono?.(keyring)) ?? expect.unreachable()
    for (let times = 0; times < 3; times += 1) await ask(origin, { Authorization: `Bearer ${token}` })
    await expect
      .poll(async () => {
        const points = await keyring.usage({ organizationId: 'acme', keyId: key.id })
        return points.flatMap(({ refusals }) => Object.entries(refusals))
      })
      .toEqual([['proof_required', 3]])
  })

  it.skipIf(!redisIsThere && !testsEverything)('passes once in all processes that share a limiter', async () => {
    const processes = await Promise.all(
      Array.from({ length: 2 }, async () => {
        const redis = new Redis(redisUrl)
        onTestFinished(() => redis.disconnect())
        const rateLimiter = redisRateLimiter(redis, { keyPrefix: `kw-bound-${tablePrefix}`, timeoutMs: 1_000 })
        const { keyring } = open({ rateLimiter, verifyTimeoutMs: 30_000 })
        return { keyring, origin: (await frameworks.Express?.(keyring)) ?? expect.unreachable() }
      }),
    )
    const { client, token } = await bound(processes[0]?.keyring ?? expect.unreachable())
    for (let round = 0; round < 3; round += 1) {
      const proof = await client.prove({ method: 'GET', url: `${base}/members`, token })
      const headers = { Authorization: `DPoP ${token}`, DPoP: proof }
      const answers = await Promise.all([...processes, ...processes].map(({ origin }) => ask(origin, headers)))
      expect(answers.map(({ code }) => code).sort()).toEqual([
        'ok',
        ...Array.from({ length: 3 }, () => 'proof_invalid'),
      ])
    }
  })

  it.skipIf(!redisIsThere && !testsEverything)(
    'gets 503, and passes nowhere, while the shared limiter is away',
    async () => {
      const redis = new Redis(redisUrl, { maxRetriesPerRequest: 0 })
      onTestFinished(() => redis.disconnect())
      const rateLimiter = redisRateLimiter(redis, { keyPrefix: `kw-bound-${tablePrefix}`, onOutage: () => {} })
      const { keyring } = open({ rateLimiter })
      const { client, token } = await bound(keyring)
      const origin = (await frameworks.Express?.(keyring)) ?? expect.unreachable()
      redis.disconnect()
      const proof = await client.prove({ method: 'GET', url: `${base}/members`, token })
      const answer = await ask(origin, { Authorization: `DPoP ${token}`, DPoP: proof })
      expect([answer.status, answer.code]).toEqual([503, 'auth_unavailable'])
    },
  )
})
