import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { expect, it } from 'vitest'
import { z } from 'zod/v4'
import { createMcpAuth, scoped } from '../src/index.js'
import { modernHeaders, modernMeta } from './raw.js'
import { aKeyring, aToken, full } from './task-board.js'

/** Calls a tool whose argument is repeated in a header. v2 compares both before any handler runs. */
async function served() {
  const keyring = aKeyring()
  const auth = createMcpAuth(keyring)
  const make = () => {
    const server = auth.protect(new McpServer({ name: 'x', version: '1' }))
    const inputSchema = z.object({ region: z.string().meta({ 'x-mcp-header': 'Region' }) })
    const answer = ({ region }: { region: string }) => ({ content: [{ type: 'text' as const, text: region }] })
    server.registerTool('secret', { inputSchema }, scoped({ scopes: ['members.manage'] }, answer))
    server.registerTool('forgotten', { inputSchema }, answer)
    return server
  }
  const handler = auth.fetch(createMcpHandler(make))
  return {
    none: (await aToken(keyring)).token,
    all: (await aToken(keyring, full)).token,
    call: async (token: string, name: string, more: Record<string, string> = {}) => {
      const params = { name, arguments: { region: 'eu' }, _meta: modernMeta }
      const response = await handler(
        new Request('http://x/mcp', {
          method: 'POST',
          headers: { ...modernHeaders(token, 'tools/call'), 'mcp-name': name, ...more },
          body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
        }),
      )
      return [response.status, (await response.text()).replaceAll(name, 'NAME')]
    },
  }
}

it.each(['secret', 'forgotten'])(
  'a hidden tool with a mirrored header is answered exactly like a missing one: %s',
  async (name) => {
    const { none, call } = await served()
    const first = await call(none, name)
    const unknown = await call(none, 'nope')
    expect(first).toEqual(unknown)
    expect(await call(none, name, { 'mcp-param-region': 'us' })).toEqual(
      await call(none, 'nope', { 'mcp-param-region': 'us' }),
    )
  },
)

// Neither SDK 2.1 nor a zod 3.25 schema supports such headers.
if (process.env.MCP_PEERS === undefined) {
  it('a visible tool is refused by the SDK when the mirrored header is missing', async () => {
    const { all, call } = await served()
    expect(await call(all, 'secret')).toMatchObject([400, expect.stringMatching(/region/i)])
    expect(await call(all, 'secret', { 'mcp-param-region': 'eu' })).toMatchObject([
      200,
      expect.stringContaining('"eu"'),
    ])
  })
}
