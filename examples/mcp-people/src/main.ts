// Starts an authorization server and the MCP server. Calls the latter with the official client: as a person, and with keys.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { memoryStore } from '@keywright/core'
import { access, bo, connectionOf, listen, openKeyring } from '@keywright/example-mcp-projects'
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client'
import { createAuthorizationServer } from './authorization-server.js'
import { signIn } from './browser.js'
import { createOAuthClient } from './oauth-client.js'
import { createApp } from './server.js'

// Each has to know the URL of the other before it is made.
let [serveLogin, serveMcp]: RequestListener[] = []
const asked: string[] = []
const login = await listen((req, res) => {
  asked.push(`${req.method} ${req.url} ${JSON.stringify(req.rawHeaders)}`)
  serveLogin?.(req, res)
})
const { url, close } = await listen((req, res) => serveMcp?.(req, res))
const issuer = new URL(login.url).origin
const keyring = openKeyring(memoryStore(), randomBytes(32).toString('hex'))
serveLogin = createAuthorizationServer(issuer, url, [...access.scopes.keys()]).callback()
serveMcp = getRequestListener(createApp(keyring, url, issuer).fetch)

const reads = ['tasks_list', 'standups_list', 'sprints_list', 'epics_list']
const open = (authProvider: ReturnType<typeof createOAuthClient>, headers: Record<string, string> = {}) => {
  const client = new Client({ name: 'example', version: '1.0.0' })
  const transport = new StreamableHTTPClientTransport(new URL(url), { authProvider, requestInit: { headers } })
  return { client, transport, connected: client.connect(transport) }
}

// Bo has no token: the client finds the authorization server, registers there, and opens a page in Bo's browser.
const ofBo = createOAuthClient()
const first = open(ofBo)
await assert.rejects(first.connected, UnauthorizedError)
assert.ok(ofBo.opened)
assert.ok(ofBo.opened.searchParams.has('code_challenge')) // PKCE
await first.transport.finishAuth(await signIn(ofBo.opened, 'bo', ofBo.callback))

// Bo sees and does what Bo may do.
const second = open(ofBo)
await second.connected
const person = connectionOf(second.client)
const developer = ['projects_list', 'teams_list', 'leaves_list']
assert.deepEqual(sorted(await person.tools()), sorted([...reads, 'tasks_add', 'standups_add', ...developer]))
const task = { projectId: 'apollo', title: 'Pack a flag' }
assert.match(await person.call('tasks_add', task), /^Pack a flag, by bo with ./)
const elsewhere = await person.call('tasks_add', { ...task, projectId: 'gemini' })
assert.match(elsewhere, /insufficient_scope: .* does not have tasks.write on project "gemini"/)

// A machine with a key of Bo's sees and does what the key may do, with the same client and at the same URL.
const { key, token } = await keyring.create({
  name: 'weekly report',
  owner: bo,
  resources: { project: { mode: 'specific', levels: { apollo: 'view' } } },
})
const secret = token.reveal()
const third = open(createOAuthClient(), { Authorization: `Bearer ${secret}` })
await third.connected
const machine = connectionOf(third.client)
assert.deepEqual(sorted(await machine.tools()), sorted(reads))
assert.match(await machine.call('tasks_list', { projectId: 'apollo' }), /Pack a flag, by bo with ./)

// A bad key stays here: no client takes it to the authorization server, nor a person to a login page.
const before = asked.length
await keyring.revoke(key.id)
const bad = [secret, `${secret.slice(0, -1)}${secret.endsWith('a') ? 'b' : 'a'}`, `${secret}x`]
for (const header of ['Authorization', 'X-API-Key']) {
  for (const text of bad) {
    const provider = createOAuthClient()
    const refused = open(provider, { [header]: header === 'Authorization' ? `Bearer ${text}` : text })
    await assert.rejects(refused.connected)
    assert.equal(provider.opened, null)
  }
}
assert.deepEqual(asked.slice(before), [])
assert.ok(!asked.join().includes(secret.slice(-20)))

// The refused call of the person is in the audit log, among those of keys.
const { records } = await keyring.audit.list({ organizationId: 'acme', type: 'tool.called' })
assert.deepEqual(
  records.map(({ data }) => `${data.tool}: ${data.decision}`),
  ['tasks_add: denied'],
)

await Promise.all([person.close(), machine.close()])
close()
login.close()
console.log('mcp-people: ok')

function sorted(names: readonly string[]): readonly string[] {
  return [...names].sort()
}
