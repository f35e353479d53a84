// The MCP server for Workers of docs/mcp-servers.md. To call it is a request, too: the official client does so, over a socket.
import { memoryStore } from '@keywright/core'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createFetch } from '../../examples/mcp-hono/src/worker.ts'
import { connectionOf, openKeyring, tour } from '../../examples/mcp-projects/src/index.ts'

const keyring = openKeyring(memoryStore(), '07'.repeat(32))
const serve = createFetch(keyring)

/** Makes the tour once as a legacy and once as a modern client. */
async function run(port) {
  const connectAs = (mode) => async (url, token) => {
    const client = new Client({ name: 'worker', version: '1.0.0' }, { versionNegotiation: { mode } })
    const headers = { Authorization: `Bearer ${token}` }
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }))
    return connectionOf(client)
  }
  const failed = []
  const modes = ['legacy', 'auto']
  for (const mode of modes) {
    await tour(keyring, `http://127.0.0.1:${port}/mcp`, connectAs(mode)).catch(({ stack }) =>
      failed.push(`${mode}: ${stack}`),
    )
  }
  return { passed: modes.length - failed.length, failed }
}

export default {
  async fetch(request) {
    const { hostname, port } = new URL(request.url)
    return hostname === 'run.localhost' ? Response.json(await run(port)) : serve(request)
  },
}
