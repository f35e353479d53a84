// A Fetch handler for Workers, Deno, Bun and Next.js. Here it runs behind a Node server, and calls itself over HTTP.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { createKeyring, defineAccess, fetchGate, hmacSha256, memoryStore } from '@keywright/core'

const access = defineAccess({
  scopes: { 'tasks.read': 'See the tasks of a board', 'boards.read': 'List the boards' },
  resources: { board: { levels: { read: ['tasks.read'] } } },
})
const hasher = hmacSha256({ current: 'p1', peppers: { p1: randomBytes(32) } }) // random for this run; keep your own in a secret store
const keyring = createKeyring({ prefix: 'tb', access, store: memoryStore(), hasher, resolveOwner: 'uncapped' })

const boardOf = (request: Request) => new URL(request.url).pathname.split('/')[2] ?? ''
const readsBoards = fetchGate(keyring, { scopes: ['boards.read'] })
const readsTasks = fetchGate(keyring, {
  scopes: ['tasks.read'],
  resource: (request) => ({ type: 'board', id: boardOf(request) }),
})

async function handle(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url)
  const isBoard = pathname.startsWith('/boards/')
  if (!isBoard && pathname !== '/boards') return new Response('not here', { status: 404 })
  const verdict = await (isBoard ? readsTasks : readsBoards)(request)
  if (!verdict.ok) return verdict.response
  const answer = isBoard ? { tasks: ['Write the announcement'] } : { boards: ['launch', 'hiring'] }
  return verdict.finish(Response.json({ ...answer, key: verdict.principal.key.name }))
}

const server = createServer(async ({ url = '/', headers }, outgoing) => {
  const fields = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)])
  const response = await handle(new Request(new URL(url, 'http://localhost'), { headers: fields }))
  outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text())
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const address = server.address()
const origin = `http://127.0.0.1:${typeof address === 'object' && address?.port}`

const { token } = await keyring.create({
  name: 'ci',
  owner: { type: 'user', id: 'ada', organizationId: 'acme' },
  resources: { board: { mode: 'specific', levels: { launch: 'read' } } },
})
const authorization = `Bearer ${token.reveal()}`
const tasks = await fetch(`${origin}/boards/launch`, { headers: { authorization } })
assert.deepEqual(await tasks.json(), { tasks: ['Write the announcement'], key: 'ci' })
assert.equal((await fetch(`${origin}/boards/hiring`, { headers: { authorization } })).status, 403)
assert.equal((await fetch(`${origin}/boards`, { headers: { authorization } })).status, 403)
assert.equal((await fetch(`${origin}/boards`)).status, 401)
server.close()
console.log('fetch: ok')
