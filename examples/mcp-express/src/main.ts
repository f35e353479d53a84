// Starts the MCP servers, and calls each with the official client and keys with different rights.
import { randomBytes } from 'node:crypto'
import { memoryStore } from '@keywright/core'
import { type Connect, connectionOf, listen, openKeyring, tour } from '@keywright/example-mcp-projects'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import express from 'express'
import { browserFetch } from './browser-fetch.js'
import { forPagesOf } from './browsers.js'
import { createApp as createLowLevelApp } from './low-level.js'
import { createApp } from './server.js'

const keyring = openKeyring(memoryStore(), randomBytes(32).toString('hex'))
const connectBy =
  (fetchOfClient: typeof fetch): Connect =>
  async (url, token) => {
    const client = new Client({ name: 'example', version: '1.0.0' })
    const headers = { Authorization: `Bearer ${token}` }
    const options = { requestInit: { headers }, fetch: fetchOfClient }
    const transport = new StreamableHTTPClientTransport(new URL(url), options)
    await client.connect(transport as Parameters<Client['connect']>[0]) // The types disagree here as in server.ts.
    return connectionOf(client)
  }

const page = 'https://app.example.com'
const servers = [
  [createApp(keyring), connectBy(fetch)],
  [createLowLevelApp(keyring), connectBy(fetch)],
  [express().use('/mcp', forPagesOf(page)).use(createApp(keyring)), connectBy(browserFetch(page))],
] as const
for (const [app, connect] of servers) {
  const { url, close } = await listen(app)
  await tour(keyring, url, connect)
  close()
}
console.log('mcp-express: ok')
