// A server on stdio, of the SDK that argv[2] names. The key of the store is the variable's own token, imported at start.
import { createKeyring, defineAccess, hmacSha256, memoryStore } from '@keywright/core'
import { McpServer as ServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { createMcpAuth, scoped } from '../../src/index.js'
import { codeOf } from '../peers/code-of.js'

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
const inherited = () => String(process.env.TASKS_KEY)

if (process.argv[2] === 'v1') {
  const server = local.protect(
    new ServerV1({ name: 'stdio', version: codeOf((options) => new ServerV1(info, options)) }),
  )
  server.registerTool(
    'whoami',
    {},
    scoped('public', (extra) => text(`${auth.principal(extra).owner.id} ${inherited()}`)),
  )
  server.registerTool(
    'remove',
    {},
    scoped({ scopes: ['members.manage'] }, () => text('removed')),
  )
  server.registerTool(
    'revoke',
    {},
    scoped({ scopes: ['members.read'] }, async () => text((await keyring.revoke(key.id)).status)),
  )
  await server.connect(new StdioServerTransport())
} else {
  serveStdio(() => {
    const server = local.protect(
      new McpServer({ name: 'stdio', version: codeOf((options) => new McpServer(info, options)) }),
    )
    server.registerTool(
      'whoami',
      {},
      scoped('public', (ctx) => text(`${auth.principal(ctx).owner.id} ${inherited()}`)),
    )
    server.registerTool(
      'remove',
      {},
      scoped({ scopes: ['members.manage'] }, () => text('removed')),
    )
    server.registerTool(
      'revoke',
      {},
      scoped({ scopes: ['members.read'] }, async () => text((await keyring.revoke(key.id)).status)),
    )
    return server
  })
}
