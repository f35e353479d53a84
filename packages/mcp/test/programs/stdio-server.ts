// A server on stdio, on the SDK that argv[2] names. With TASKS_KEY=good, the variable is set to a key of the server's own keyring.
import { createKeyring, defineAccess, hmacSha256, memoryStore } from '@keywright/core'
import { McpServer as ServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { codeOf } from '../../../../test/support/code-of.js'
import { type AnyHandler, createMcpAuth, scoped } from '../../src/index.js'

const keyring = createKeyring({
  prefix: 'tk',
  access: defineAccess({ scopes: { 'members.read': 'See members', 'members.manage': 'Manage members' } }),
  store: memoryStore(),
  hasher: hmacSha256({ current: 'p1', peppers: { p1: 'pepper of the tests, 32 bytes or more' } }),
  resolveOwner: 'uncapped',
})
const owner = { type: 'user', id: 'ada', organizationId: 'org1' } as const
const { key, token } = await keyring.create({ name: 'stdio', owner, scopes: ['members.read'] })
if (process.env.TASKS_KEY === 'good') process.env.TASKS_KEY = token.reveal()

const auth = createMcpAuth(keyring, { docsUrl: 'https://example.com/keys' })
const local = await auth.stdio({ env: 'TASKS_KEY' })
const info = { name: 'stdio', version: '1' }
const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] })
const whoami = (extra: unknown) => text(`${auth.principal(extra).owner.id} ${process.env.TASKS_KEY}`)

const tools: readonly (readonly [name: string, handler: AnyHandler])[] = [
  ['whoami', scoped('public', whoami)],
  ['remove', scoped({ scopes: ['members.manage'] }, () => text('removed'))],
  ['revoke', scoped({ scopes: ['members.read'] }, async () => text((await keyring.revoke(key.id)).status))],
]

/** Registers the tools on a server of either SDK. */
function register<S extends ServerV1 | McpServer>(server: S): S {
  // Both SDKs pass a tool without input only `extra`, and have this method alike.
  for (const [name, handler] of tools)
    (server as ServerV1).registerTool(name, {}, handler as () => ReturnType<typeof text>)
  return server
}

if (process.argv[2] === 'v1') {
  const version = codeOf((options) => new ServerV1(info, options))
  await register(local.protect(new ServerV1({ name: 'stdio', version }))).connect(new StdioServerTransport())
} else {
  const version = codeOf((options) => new McpServer(info, options))
  serveStdio(() => register(local.protect(new McpServer({ name: 'stdio', version }))))
}
