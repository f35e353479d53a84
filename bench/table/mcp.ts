import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { type Contender, measure } from '../compare.js'
import { startServer } from './child-server.js'
import { type Part, type Row, rowOf } from './row.js'

// tools/call through the official clients over HTTP: 8 clients, each with a key of its own, with 8 calls at once each. Every
// server is a process of its own, and only one of them is asked at a time.
const clientCount = 8
/** One after the other on each of the 64 lanes: no lane waits for the others, but for the last of them. */
const callsInARow = 10

type Connect = (
  url: URL,
  token: string | undefined,
) => Promise<{ callTool: ClientV1['callTool']; close(): Promise<void> }>
const withKey = (token: string | undefined) =>
  token === undefined ? {} : { requestInit: { headers: { Authorization: `Bearer ${token}` } } }

const connectV1: Connect = async (url, token) => {
  const client = new ClientV1({ name: 'bench', version: '1.0.0' })
  // The SDK's own types disagree under exactOptionalPropertyTypes.
  await client.connect(new TransportV1(url, withKey(token)) as Parameters<ClientV1['connect']>[0])
  return client
}
const connectV2: Connect = async (url, token) => {
  const client = new Client(
    { name: 'bench', version: '1.0.0' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  )
  await client.connect(new StreamableHTTPClientTransport(url, withKey(token)))
  return client as unknown as ClientV1 // the same method
}

interface Asked extends Contender {
  close(): Promise<void>
}

async function contender(name: string, sdk: string, guard: string, connect: Connect): Promise<Asked> {
  const server = await startServer('mcp-server.ts', [sdk, guard])
  const { url, tokens, cpuUs } = server
  const clients = await Promise.all(Array.from({ length: clientCount }, (_, n) => connect(new URL(url), tokens[n])))
  const callInARow = async (client: (typeof clients)[number]) => {
    for (let called = 0; called < callsInARow; called += 1) {
      const { content } = await client.callTool({ name: 'tasks_show', arguments: { id: 't1' } })
      if (!JSON.stringify(content).includes('release notes')) throw new Error('This call is allowed')
    }
  }
  return {
    name,
    times: 64 * callsInARow,
    cpuUs,
    run: () => Promise.all(clients.flatMap((client) => Array.from({ length: 8 }, () => callInARow(client)))),
    close: async () => {
      // Clients of v1 keep streams open, and would try to get them back.
      for (const client of clients) await client.close()
      server.close()
    },
  }
}

/** `tools/call` behind a guard, against none. */
export const overMcp: Part = async ({ rounds }) => {
  const rows: Row[] = []
  for (const [sdk, title, connect] of [
    ['v1', 'MCP SDK v1, sessions on Express', connectV1],
    ['v2', 'MCP SDK v2, fetch on Hono', connectV2],
  ] as const) {
    const contenders = await Promise.all([
      contender('the same server without a guard', sdk, 'open', connect),
      contender('keyring.verify in a middleware by hand', sdk, 'verify', connect),
      contender(`tools/call, ${title}, keys in memory`, sdk, 'memory', connect),
      contender(`tools/call, ${title}, keys in SQLite`, sdk, 'sqlite', connect),
    ])
    const [open, byHand, ...guarded] = await measure(contenders, { rounds, turnMs: 400 })
    rows.push(...guarded.map((one) => rowOf(one, open, { least: 0.95 })), rowOf(guarded[0], byHand, null))
    rows.push(rowOf(byHand && { ...byHand, name: `tools/call, ${title}, ${byHand.name}` }, open, null))
    for (const { close } of contenders) await close()
  }
  return rows
}
