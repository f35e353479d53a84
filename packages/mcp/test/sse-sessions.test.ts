import { createServer } from 'node:http'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import express from 'express'
import { expect, it, onTestFinished } from 'vitest'
import { createMcpAuth, scoped } from '../src/index.js'
import { listTools, mcpHeaders, send } from './raw.js'
import { aKeyring, aToken, full, listening } from './task-board.js'

it('a session of HTTP with SSE is not found by another key, which cannot answer for its user (MCP-4)', async () => {
  const keyring = aKeyring()
  // Two guards, since there are two routes.
  const [auth, ofMessages] = [createMcpAuth(keyring), createMcpAuth(keyring)]
  const sessions = new Map<string, SSEServerTransport>()
  const app = express()
  app.get('/mcp', auth.express(), async (_, res) => {
    const transport = new SSEServerTransport('/messages', res)
    sessions.set(transport.sessionId, transport)
    const server = auth.protect(new McpServer({ name: 'asking', version: '1' }))
    const ask = async () => {
      const requestedSchema = { type: 'object' as const, properties: {} }
      const { action } = await server.server.elicitInput({ message: 'Sure?', requestedSchema })
      return { content: [{ type: 'text' as const, text: action }] }
    }
    server.registerTool('ask', {}, scoped('public', ask))
    await server.connect(transport)
  })
  app.post('/messages', ofMessages.express(), async (req, res) => {
    const transport = sessions.get(String(req.query.sessionId))
    if (transport === undefined) res.sendStatus(404)
    else await transport.handlePostMessage(req, res)
  })
  const url = await listening(createServer(app))
  const [alice, bob] = [await aToken(keyring, full), await aToken(keyring, full)]

  const client = new Client({ name: 'v1', version: '1' }, { capabilities: { elicitation: {} } })
  let reply = (_: { action: 'decline' }): void => {}
  const asked = new Promise<void>((resolve) => {
    client.setRequestHandler(ElicitRequestSchema, () => {
      resolve()
      return new Promise((answer) => {
        reply = answer
      })
    })
  })
  const requestInit = { headers: { Authorization: `Bearer ${alice.token}` } }
  await client.connect(new SSEClientTransport(new URL(url), { requestInit }))
  onTestFinished(() => client.close())
  const called = client.callTool({ name: 'ask' })
  await asked

  const [sessionId] = sessions.keys()
  const messages = url.replace('/mcp', `/messages?sessionId=${sessionId}`)
  const forged = { jsonrpc: '2.0', result: { action: 'accept', content: {} } }
  for (const body of [...[0, 1, 2].map((id) => ({ ...forged, id })), listTools]) {
    const answer = await send(messages, 'POST', mcpHeaders(bob.token), body)
    expect([answer.status, JSON.parse(answer.text).error.message]).toEqual([404, 'Session not found'])
  }
  reply({ action: 'decline' })
  expect(await called).toMatchObject({ content: [{ text: 'decline' }] })
})
