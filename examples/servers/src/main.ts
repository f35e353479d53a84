// The recipes of docs/servers-and-proxies.md, each asked with a key, without one and with two.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createKeyring, defineAccess, hmacSha256, memoryStore } from '@keywright/core'
import { H3, toNodeHandler } from 'h3'
import { apiGatewayEvent } from './api-gateway-event.js'
import { lambdaWithExpress } from './lambda-with-express.js'
import { lambdaWithHono } from './lambda-with-hono.js'
import { tasksOf } from './nitro.js'
import { hookOf } from './sveltekit.js'

process.env.NODE_ENV = 'production' // keys over plain HTTP are refused

const access = defineAccess({ scopes: { 'tasks.read': 'See tasks' } })
const hasher = hmacSha256({ current: 'p1', peppers: { p1: randomBytes(32) } }) // random for this run; keep your own in a secret store
const keyring = createKeyring({ prefix: 'tb', access, store: memoryStore(), hasher, resolveOwner: 'uncapped' })
const create = (name: string, ipAllowList: string[]) =>
  keyring.create({
    name,
    owner: { type: 'user', id: 'ada', organizationId: 'acme' },
    scopes: ['tasks.read'],
    ipAllowList,
  })
const { token: far } = await create('far', ['203.0.113.9'])
const { token: near } = await create('near', ['127.0.0.1'])

type Headers = Record<string, string>
type Ask = (headers: Headers) => Promise<{ status: number; body: string }>

/** Asks with the key that may come from the client's address, with one that may not, with none, and with two. */
async function expectAnswers(ask: Ask, good: string, bad: string): Promise<void> {
  const passed = await ask({ authorization: `Bearer ${good}` })
  assert.deepEqual([passed.status, JSON.parse(passed.body)], [200, { askedBy: good === far.reveal() ? 'far' : 'near' }])
  assert.equal((await ask({ 'x-api-key': good })).status, 200)
  assert.equal((await ask({ authorization: `Bearer ${bad}` })).status, 403)
  assert.equal((await ask({})).status, 401)
  assert.equal((await ask({ authorization: `Bearer ${good},Bearer ${bad}` })).status, 400)
}

const functions = { hono: lambdaWithHono(keyring), express: lambdaWithExpress(keyring) }
for (const handler of Object.values(functions)) {
  const ask: Ask = async (headers) => {
    // Each handler is typed for more events than this one.
    const answer = (await handler(apiGatewayEvent('/tasks', headers) as never, {} as never)) as {
      statusCode: number
      body: string
    }
    return { status: answer.statusCode, body: answer.body }
  }
  await expectAnswers(ask, far.reveal(), near.reveal())
}

const hook = hookOf(keyring)
const askSvelteKit = async (path: string, headers: Headers) => {
  const request = new Request(`https://tasks.example${path}`, { headers })
  const event = { request, url: new URL(request.url), locals: {}, getClientAddress: () => '203.0.113.9' }
  const response = await hook({
    event,
    resolve: ({ locals }) => Response.json({ askedBy: locals.principal?.key.name ?? null }),
  })
  return { status: response.status, body: await response.text() }
}
await expectAnswers((headers) => askSvelteKit('/api/tasks', headers), far.reveal(), near.reveal())
assert.deepEqual(await askSvelteKit('/', {}), { status: 200, body: '{"askedBy":null}' })

const nitro = createServer(toNodeHandler(new H3().get('/tasks', tasksOf(keyring)))).listen(0, '127.0.0.1')
await once(nitro, 'listening')
const { port } = nitro.address() as AddressInfo // it listens on a port, not on a pipe
const askNitro: Ask = async (headers) => {
  const response = await fetch(`http://127.0.0.1:${port}/tasks`, { headers: { ...headers, connection: 'close' } })
  return { status: response.status, body: await response.text() }
}
await expectAnswers(askNitro, near.reveal(), far.reveal())
nitro.close()
console.log('servers: ok')
