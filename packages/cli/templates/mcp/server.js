import { serve } from '@hono/node-server'
import { createMcpAuth } from '@keywright/mcp'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { Hono } from 'hono'
import { keyring } from './keyring.js'

const auth = createMcpAuth(keyring)

function createServer() {
  // Protect the server before you register anything.
  const server = auth.protect(new McpServer({ name: 'tasks', version: '1.0.0' }))
  server.registerTool(
    'tasks_list',
    { description: 'Lists the tasks' },
    auth.scoped({ scopes: ['tasks.read'] }, (ctx) => ({
      content: [{ type: 'text', text: `Write the release notes, asked by ${auth.principal(ctx).owner.id}` }],
    })),
  )
  server.registerTool(
    'tasks_add',
    { description: 'Adds a task' },
    auth.scoped({ scopes: ['tasks.create'] }, () => ({ content: [{ type: 'text', text: 'Added' }] })),
  )
  return server
}

const mcp = auth.fetch(createMcpHandler(createServer))
const app = new Hono()
app.all('/mcp', (c) => {
  const { socket } = c.env.incoming
  return mcp(c.req.raw, { remoteAddress: socket.remoteAddress, encrypted: socket.encrypted === true })
})

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) })

// The first start makes a key. Its token is shown this once; the database has only a hash of it.
const { keys } = await keyring.list({ organizationId: 'acme', limit: 1 })
if (keys.length === 0) {
  const { token } = await keyring.create({
    name: 'my first key',
    owner: { type: 'user', id: 'ada', organizationId: 'acme' },
    scopes: ['tasks.read'],
  })
  console.log(`Your key: ${token.reveal()}`)
}
