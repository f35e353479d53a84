import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from '@modelcontextprotocol/client'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { McpServer as ServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { ResourceUpdatedNotificationSchema, SubscribeRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { type AuthInfo, createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import express from 'express'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createMcpAuth, scoped } from '../src/index.js'
import { listenFor, listenHeaders, openStream } from './raw.js'
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

describe('what the server of one caller registers does not decide what another caller listens to', () => {
  /** One endpoint, whose factory gives each caller what is theirs. */
  const open = async () => {
    const keyring = aKeyring()
    const auth = createMcpAuth(keyring)
    const [ada, eve] = [await aToken(keyring, full), await aToken(keyring, partial)]
    const handler = createMcpHandler(({ authInfo }) => {
      const server = auth.protect(new McpServer({ name: 'board', version: '1' }))
      server.server.registerCapabilities({ resources: { subscribe: true } })
      const contents = (uri: URL) => ({ contents: [{ uri: uri.href, text: 'x' }] })
      const onB1 = async () => {
        await setImmediate() // a host takes its time to say what it is about
        return { type: 'board', id: 'b1' }
      }
      server.registerResource('all', 'doc://all', {}, scoped({ scopes: ['tasks.read'], on: onB1 }, contents))
      const isAda = authInfo?.clientId === ada.id
      if (isAda) server.registerResource('own', 'doc://ada', {}, scoped('public', contents))
      const of = isAda ? 'public' : ({ scopes: ['members.manage'] } as const)
      server.registerResource('plans', 'doc://plans', {}, scoped(of, contents))
      return server
    })
    return { auth, ada, eve, handler }
  }
  const wanted = ['doc://ada', 'doc://all', 'doc://plans']

  it('on fetch', async () => {
    const { auth, ada, eve, handler } = await open()
    const mcp = auth.fetch(handler)
    const listen = async ({ token }: { token: string }) => {
      const body = JSON.stringify(listenFor({ resourceSubscriptions: wanted }))
      const answer = await mcp(new Request('http://x/mcp', { method: 'POST', headers: listenHeaders(token), body }))
      const reader = answer.body?.getReader()
      let text = ''
      while (!text.includes('resourceSubscriptions')) text += new TextDecoder().decode((await reader?.read())?.value)
      await reader?.cancel()
      return text
    }
    for (const _ of [1, 2]) {
      expect(await listen(ada)).toContain('"resourceSubscriptions":["doc://ada","doc://all","doc://plans"]')
      expect(await listen(eve)).toContain('"resourceSubscriptions":["doc://all"]')
    }
  })

  it('on Express, with a handler that leaves the head of the answer to Node', async () => {
    const { auth, ada, eve, handler } = await open()
    const app = express()
    app.all('/mcp', express.json(), auth.express(), async (req, res) => {
      const { connection: _, ...headers } = req.headers as Record<string, string>
      const request = new Request('http://localhost/mcp', { method: 'POST', headers, body: JSON.stringify(req.body) })
      const { auth: authInfo } = req as typeof req & { auth: AuthInfo }
      const answer = await handler.fetch(request, { authInfo })
      res.status(answer.status).setHeaders(answer.headers)
      if (answer.body === null) return void res.end()
      Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0]).pipe(res)
    })
    const url = await listening(createServer(app))
    const listen = async ({ token }: { token: string }) => {
      const stream = await openStream(url, 'POST', listenHeaders(token), listenFor({ resourceSubscriptions: wanted }))
      await Promise.race([
        stream.ended,
        expect
          .poll(stream.text)
          .toContain('resourceSubscriptions')
          .catch(() => {}),
      ])
      return stream.text()
    }
    await listen(ada).catch(() => '') // ended before anything came
    expect(await listen(ada)).toContain('doc://ada')
    expect(await listen(eve).catch(() => '')).not.toMatch(/doc:..(ada|plans)/)
    expect(await listen(eve)).toContain('"resourceSubscriptions":["doc://all"]')
  })

  it.each([
    ['after a parser', [express.json()], []],
    ['before a parser', [], [express.json()]],
  ])('on Express, %s', async (_, before, after) => {
    const { auth, ada, eve, handler } = await open()
    const app = express()
    const serve = toNodeHandler(handler)
    app.all('/mcp', ...before, auth.express(), ...after, (req, res) => {
      void serve(req as Parameters<typeof serve>[0], res, req.body)
    })
    const url = await listening(createServer(app))
    const heard: string[] = []
    /** Opens a stream; `null`: it was ended before anything came. */
    const listen = async ({ token }: { token: string }) => {
      const client = new ClientV2({ name: 'v2', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } })
      const requestInit = { headers: { Authorization: `Bearer ${token}` } }
      await client.connect(new TransportV2(new URL(url), { requestInit }))
      onTestFinished(() => client.close())
      client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
        heard.push(`${token === ada.token ? 'ada' : 'eve'}: ${params.uri}`)
      })
      const opened = await client.listen({ resourceSubscriptions: wanted }).catch(() => null)
      return opened?.honoredFilter.resourceSubscriptions ?? null
    }
    /** A client asks again whose stream was ended. */
    const listenUntilHeard = async (key: { token: string }) => (await listen(key)) ?? listen(key)
    for (const _ of [1, 2]) {
      expect(await listenUntilHeard(ada)).toEqual(wanted)
      expect(await listenUntilHeard(eve)).toEqual(['doc://all'])
    }
    for (const uri of wanted) handler.notify.resourceUpdated(uri)
    await expect.poll(() => heard.filter((one) => one === 'eve: doc://all').length).toBeGreaterThan(0)
    await expect.poll(() => new Set(heard).size).toBe(4)
    expect(new Set(heard.filter((one) => one.startsWith('eve')))).toEqual(new Set(['eve: doc://all']))
  })
})
