// Starts the MCP server, and calls it with the official client, once in legacy and once in modern mode.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { getRequestListener } from '@hono/node-server'
import { memoryStore } from '@keywright/core'
import { type Connect, connectionOf, listen, openKeyring, tour } from '@keywright/example-mcp-projects'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createApp } from './server.js'

const keyring = openKeyring(memoryStore(), randomBytes(32).toString('hex'))
const { url, close } = await listen(getRequestListener(createApp(keyring).fetch))
const connectAs =
  (mode: 'legacy' | 'auto', version: string): Connect =>
  async (url, token) => {
    const client = new Client({ name: 'example', version: '1.0.0' }, { versionNegotiation: { mode } })
    const headers = { Authorization: `Bearer ${token}` }
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }))
    assert.equal(client.getNegotiatedProtocolVersion(), version)
    return connectionOf(client)
  }
await tour(keyring, url, connectAs('legacy', '2025-11-25'))
await tour(keyring, url, connectAs('auto', '2026-07-28'))
close()
console.log('mcp-hono: ok')
