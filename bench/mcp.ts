import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { type Contender, compare } from './compare.js'

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

const children: ChildProcess[] = []
async function contender(name: string, sdk: string, guard: string, connect: Connect): Promise<Contender> {
  const child = fork(join(import.meta.dirname, 'mcp-server.ts'), [sdk, guard])
  children.push(child)
  const [{ url, tokens }] = (await once(child, 'message')) as [{ url: string; tokens: string[] }]
  const clients = await Promise.all(Array.from({ length: clientCount }, (_, n) => connect(new URL(url), tokens[n])))
  const callInARow = async (client: (typeof clients)[number]) => {
    for (let called = 0; called < callsInARow; called += 1) {
      const { content } = await client.callTool({ name: 'tasks_show', arguments: { id: 't1' } })
      if (!JSON.stringify(content).includes('release notes')) throw new Error('This call is allowed')
    }
  }
  const cpuUs = async (): Promise<number> => {
    child.send('cpu')
    return (await once(child, 'message'))[0]
  }
  return {
    name,
    times: 64 * callsInARow,
    cpuUs,
    run: () => Promise.all(clients.flatMap((client) => Array.from({ length: 8 }, () => callInARow(client)))),
  }
}

for (const [title, sdk, connect] of [
  ['v1, sessions on Express', 'v1', connectV1],
  ['v2, fetch on Hono', 'v2', connectV2],
] as const) {
  await compare(
    `tools/call over HTTP, 64 at once: ${title}`,
    [
      await contender('no guard', sdk, 'open', connect),
      await contender('guarded, keys in memory', sdk, 'memory', connect),
      await contender('guarded, keys in SQLite', sdk, 'sqlite', connect),
    ],
    400,
  )
  for (const child of children.splice(0)) child.disconnect()
}
process.exit() // clients of v1 keep streams open, and try to get them back
