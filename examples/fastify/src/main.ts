// A Fastify app that calls itself over HTTP: scopes, a board, a public route, and a login for people beside keys.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createKeyring, defineAccess, hmacSha256, memoryStore } from '@keywright/core'
import { type Connect, connectionOf, openKeyring, tour } from '@keywright/example-mcp-projects'
import { assertGuarded, keywright, principalOf } from '@keywright/fastify'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import Fastify from 'fastify'
import { createApp } from './mcp.js'

const access = defineAccess({
  scopes: { 'tasks.read': 'See the tasks of a board', 'boards.read': 'List the boards' },
  resources: { board: { levels: { read: ['tasks.read'] } } },
})
const hasher = hmacSha256({ current: 'p1', peppers: { p1: randomBytes(32) } }) // random for this run; keep your own in a secret store
const keyring = createKeyring({ prefix: 'tb', access, store: memoryStore(), hasher, resolveOwner: 'uncapped' })

const app = Fastify({ forceCloseConnections: true })
await app.register(keywright(keyring, { everyRoute: true }))

app.get('/health', { config: { key: false } }, async () => 'ok')
app.get('/boards', { config: { scopes: ['boards.read'] } }, async ({ principal }) => ({ caller: principal.user }))
app.get<{ Params: { board: string } }>(
  '/boards/:board',
  { config: { scopes: ['tasks.read'], resource: ({ params }) => ({ type: 'board', id: params.board ?? '' }) } },
  async ({ params }) => ({ board: params.board, tasks: ['Write the announcement'] }),
)
app.get(
  '/me',
  {
    config: {
      // Your own login, for people with a session.
      fallback: ({ headers }, reply, next) => (headers.cookie === 'sid=good' ? next() : reply.redirect('/login')),
    },
  },
  async (request) => ({ key: principalOf(request)?.key.name ?? null }),
)

const origin = await app.listen({ port: 0, host: '127.0.0.1' })
assert.deepEqual(assertGuarded(app, { public: ['GET /health'] }), ['GET /health'])

const { token } = await keyring.create({
  name: 'ci',
  owner: { type: 'user', id: 'ada', organizationId: 'acme' },
  scopes: ['boards.read'],
  resources: { board: { mode: 'specific', levels: { launch: 'read' } } },
})
const ask = (path: string, headers: Record<string, string> = {}) =>
  fetch(origin + path, { headers, redirect: 'manual' })
const authorization = `Bearer ${token.reveal()}`
assert.deepEqual(await (await ask('/boards', { authorization })).json(), { caller: { id: 'ada' } })
assert.equal((await ask('/boards/launch', { authorization })).status, 200)
assert.equal((await ask('/boards/hiring', { authorization })).status, 403)
assert.equal((await ask('/boards')).status, 401)
assert.equal((await ask('/health')).status, 200)
assert.deepEqual(await (await ask('/me', { authorization })).json(), { key: 'ci' })
assert.deepEqual(await (await ask('/me', { cookie: 'sid=good' })).json(), { key: null })
assert.equal((await ask('/me')).status, 302)
await app.close()

// The MCP server, which the official client calls, once in legacy and once in modern mode.
const projects = openKeyring(memoryStore(), randomBytes(32).toString('hex'))
const mcp = createApp(projects)
const url = `${await mcp.listen({ port: 0, host: '127.0.0.1' })}/mcp`
const connectAs =
  (mode: 'legacy' | 'auto', version: string): Connect =>
  async (url, token) => {
    const client = new Client({ name: 'example', version: '1.0.0' }, { versionNegotiation: { mode } })
    const headers = { Authorization: `Bearer ${token}` }
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }))
    assert.equal(client.getNegotiatedProtocolVersion(), version)
    return connectionOf(client)
  }
await tour(projects, url, connectAs('legacy', '2025-11-25'))
await tour(projects, url, connectAs('auto', '2026-07-28'))
await mcp.close()
console.log('fastify: ok')
