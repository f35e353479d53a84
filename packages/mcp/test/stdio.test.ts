import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/stdio.js'
import { expect, it, onTestFinished } from 'vitest'

const program = join(import.meta.dirname, 'programs/stdio-server.ts')
const args = (sdk: string) => ['-C', '@keywright/source', '--import', import.meta.resolve('tsx'), program, sdk]
const env = (key: string) => ({ PATH: process.env.PATH ?? '', TASKS_KEY: key })

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

it.each(['v1', 'v2'] as const)(
  'serves the key of the environment on stdio, asked again with each message: %s',
  async (sdk) => {
    const client = await clients[sdk]()
    onTestFinished(() => client.close())
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
])('ends before it connects, without a good key: %j', async (key, line) => {
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
