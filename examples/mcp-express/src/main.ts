// Starts the MCP server, and calls it with the official client and keys with different rights.
import { randomBytes } from 'node:crypto'
import { memoryStore } from '@keywright/core'
import { connectionOf, listen, openKeyring, tour } from '@keywright/example-mcp-projects'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { createApp } from './server.js'

const keyring = openKeyring(memoryStore(), randomBytes(32).toString('hex'))
const { url, close } = await listen(createApp(keyring))
await tour(keyring, url, async (url, token) => {
  const client = new Client({ name: 'example', version: '1.0.0' })
  const headers = { Authorization: `Bearer ${token}` }
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } })
  await client.connect(transport as Parameters<Client['connect']>[0]) // The types disagree here as in server.ts.
  return connectionOf(client)
})
close()
console.log('mcp-express: ok')
