// A Hono app that calls itself over HTTP: scopes, a board, a public route, and a login for people beside keys.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { serve } from '@hono/node-server'
import { createKeyring, defineAccess, hmacSha256, memoryStore } from '@keywright/core'
import { assertGuarded, requireKey } from '@keywright/hono'
import { Hono } from 'hono'

const access = defineAccess({
  scopes: { 'tasks.read': 'See the tasks of a board', 'boards.read': 'List the boards' },
  resources: { board: { levels: { read: ['tasks.read'] } } },
})
const hasher = hmacSha256({ current: 'p1', peppers: { p1: randomBytes(32) } }) // random for this run; keep your own in a secret store
const keyring = createKeyring({ prefix: 'tb', access, store: memoryStore(), hasher, resolveOwner: 'uncapped' })

const app = new Hono()
app.get('/health', (c) => c.text('ok'))
app.get('/boards', requireKey(keyring, { scopes: ['boards.read'] }), (c) => c.json({ caller: c.get('principal').user }))

const readsTasks = requireKey(keyring, {
  scopes: ['tasks.read'],
  resource: (c) => ({ type: 'board', id: c.req.param('board') ?? '' }),
})
app.get('/boards/:board', readsTasks, (c) => c.json({ board: c.req.param('board'), tasks: ['Write the announcement'] }))

const keyOrPerson = requireKey(keyring, {
  // Your own login, for people with a session.
  fallback: async (c, next) => (c.req.header('Cookie') === 'sid=good' ? next() : c.redirect('/login')),
})
app.get('/me', keyOrPerson, (c) => c.json({ key: c.get('principal')?.key.name ?? null }))

assert.deepEqual(assertGuarded(app, { public: ['GET /health'] }), ['GET /health'])

const { token } = await keyring.create({
  name: 'ci',
  owner: { type: 'user', id: 'ada', organizationId: 'acme' },
  scopes: ['boards.read'],
  resources: { board: { mode: 'specific', levels: { launch: 'read' } } },
})
const port = await new Promise<number>((resolve) => {
  serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, (address) => resolve(address.port)).unref()
})
const ask = (path: string, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${port}${path}`, { headers: { ...headers, connection: 'close' }, redirect: 'manual' })
const authorization = `Bearer ${token.reveal()}`
assert.deepEqual(await (await ask('/boards', { authorization })).json(), { caller: { id: 'ada' } })
assert.equal((await ask('/boards/launch', { authorization })).status, 200)
assert.equal((await ask('/boards/hiring', { authorization })).status, 403)
assert.equal((await ask('/boards')).status, 401)
assert.equal((await ask('/health')).status, 200)
assert.deepEqual(await (await ask('/me', { authorization })).json(), { key: 'ci' })
assert.deepEqual(await (await ask('/me', { cookie: 'sid=good' })).json(), { key: null })
assert.equal((await ask('/me')).status, 302)
console.log('hono: ok')
