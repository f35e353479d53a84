import { createServer } from 'node:http'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { McpServer as ServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { ResourceUpdatedNotificationSchema, SubscribeRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import express from 'express'
import { expect, it, onTestFinished } from 'vitest'
import { createMcpAuth, scoped } from '../src/index.js'
import { listenFor, listenHeaders } from './raw.js'
import { register, v1 } from './register.js'
import { aKeyring, aToken, full, listening, partial } from './task-board.js'

it('a v1 client hears of a resource only while its key may read it', async () => {
  const keyring = aKeyring()
  const auth = createMcpAuth(keyring)
  const server = auth.protect(new ServerV1({ name: 'board', version: '1' }))
  server.server.registerCapabilities({ resources: { subscribe: true } })
  register(server, auth, v1)
  server.server.setRequestHandler(SubscribeRequestSchema, () => ({}))
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => 's1' })
  await server.connect(transport as Parameters<ServerV1['connect']>[0])
  const app = express()
  app.all('/mcp', auth.express(), express.json(), (req, res) => transport.handleRequest(req, res, req.body))
  const url = await listening(createServer(app))
  const { token, id } = await aToken(keyring, partial)

  const client = new Client({ name: 'v1', version: '1' })
  const heard: string[] = []
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void heard.push(params.uri))
  const requestInit = { headers: { Authorization: `Bearer ${token}` } }
  let isOpen = false
  const clientTransport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit,
    fetch: async (...args) => {
      const answer = await fetch(...args)
      isOpen ||= args[1]?.method === 'GET'
      return answer
    },
  })
  await client.connect(clientTransport as Parameters<Client['connect']>[0])
  onTestFinished(() => client.close())
  await expect.poll(() => isOpen).toBe(true)
  await client.subscribeResource({ uri: 'board://b1' })
  await client.subscribeResource({ uri: 'doc://help' })
  await expect(client.subscribeResource({ uri: 'board://b3' })).rejects.toThrow(/not found/)

  const tell = async () => {
    for (const uri of ['board://b3', 'board://b1', 'doc://help']) await server.server.sendResourceUpdated({ uri })
  }
  await tell()
  await expect.poll(() => heard).toEqual(['board://b1', 'doc://help'])
  await keyring.update(id, { resources: {} })
  await tell()
  await expect.poll(() => heard).toEqual(['board://b1', 'doc://help', 'doc://help'])
  await keyring.revoke(id)
  await tell()
  expect(heard).toHaveLength(3)
})

it('what the server of one caller registers does not decide what another caller listens to', async () => {
  const keyring = aKeyring()
  const auth = createMcpAuth(keyring)
  const [ada, eve] = [await aToken(keyring, full), await aToken(keyring, full)]
  const mcp = auth.fetch(
    createMcpHandler(({ authInfo }) => {
      const server = auth.protect(new McpServer({ name: 'board', version: '1' }))
      server.server.registerCapabilities({ resources: { subscribe: true } })
      const contents = (uri: URL) => ({ contents: [{ uri: uri.href, text: 'x' }] })
      server.registerResource('all', 'doc://all', {}, scoped('public', contents))
      const own = authInfo?.clientId === ada.id ? 'public' : ({ scopes: ['members.manage'] } as const)
      if (authInfo?.clientId === ada.id) server.registerResource('own', 'doc://ada', {}, scoped(own, contents))
      return server
    }),
  )
  const listen = async (token: string) => {
    const body = JSON.stringify(listenFor({ resourceSubscriptions: ['doc://ada', 'doc://all'] }))
    const answer = await mcp(new Request('http://x/mcp', { method: 'POST', headers: listenHeaders(token), body }))
    const reader = answer.body?.getReader()
    let text = ''
    while (!text.includes('resourceSubscriptions')) text += new TextDecoder().decode((await reader?.read())?.value)
    await reader?.cancel()
    return text
  }
  expect(await listen(ada.token)).toContain('"resourceSubscriptions":["doc://ada","doc://all"]')
  expect(await listen(eve.token)).toContain('"resourceSubscriptions":["doc://all"]')
})
