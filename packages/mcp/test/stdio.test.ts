import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/stdio.js'
import { McpServer as ServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { McpServer } from '@modelcontextprotocol/server'
import { expect, it, onTestFinished } from 'vitest'
import { codeOf } from '../../../test/support/code-of.js'

const program = join(import.meta.dirname, 'programs/stdio-server.ts')
const loaders = [import.meta.resolve('tsx'), join(import.meta.dirname, 'peers/redirect.mjs')]
const args = (sdk: string) => [
  '-C',
  '@keywright/source',
  ...loaders.flatMap((path) => ['--import', path]),
  program,
  sdk,
]
const { PATH = '', MCP_PEERS } = process.env
const env = (key: string) => ({ PATH, TASKS_KEY: key, ...(MCP_PEERS === undefined ? {} : { MCP_PEERS }) })

const clients = {
  v1: async () => {
    const client = new ClientV1({ name: 'v1', version: '1' })
    await client.connect(new TransportV1({ command: process.execPath, args: args('v1'), env: env('good') }))
    return client
  },
  v2: async () => {
    const client = new Client({ name: 'v2', version: '1' })
    await client.connect(new StdioClientTransport({ command: process.execPath, args: args('v2'), env: env('good') }))
    return client
  },
}

const servers = {
  v1: (options: never) => new ServerV1({ name: 'v1', version: '1' }, options),
  v2: (options: never) => new McpServer({ name: 'v2', version: '1' }, options),
}

it.each(['v1', 'v2'] as const)(
  'a stdio server verifies the key of its environment again with each message: %s',
  async (sdk) => {
    const client = await clients[sdk]()
    onTestFinished(() => client.close())
    // Both processes run on the same SDK version.
    expect(client.getServerVersion()?.version).toBe(codeOf(servers[sdk]))
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['whoami', 'revoke'])
    expect(await client.callTool({ name: 'whoami', arguments: {} })).toMatchObject({
      content: [{ text: 'ada undefined' }],
    })
    expect(JSON.stringify(await client.callTool({ name: 'remove', arguments: {} }).catch(String))).toContain(
      'remove not found',
    )
    expect(await client.callTool({ name: 'revoke', arguments: {} })).toMatchObject({ content: [{ text: 'revoked' }] })
    await expect(client.callTool({ name: 'whoami', arguments: {} })).rejects.toThrow(/revoked/)
    await expect(client.listTools()).rejects.toThrow(/revoked/)
  },
)

it.each([
  ['', /^TASKS_KEY: TASKS_KEY is not set How to get a key: https:\/\/example.com\/keys\n$/],
  ['tk_wrong', /^TASKS_KEY: api_key_invalid: .*\n$/],
])('a stdio server ends before it connects when its key is %j', async (key, line) => {
  const child = spawn(process.execPath, args('v1'), { env: env(key) })
  let [out, err] = ['', '']
  child.stdout.on('data', (data) => {
    out += data
  })
  child.stderr.on('data', (data) => {
    err += data
  })
  const code = await new Promise((resolve) => child.once('close', resolve))
  expect([code, out]).toEqual([1, ''])
  expect(err).toMatch(line)
  if (key !== '') expect(err).not.toContain(key)
})
