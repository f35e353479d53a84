import { setTimeout } from 'node:timers/promises'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { expect, it, onTestFinished } from 'vitest'
import { initialize, listenFor, listenHeaders, mcpHeaders, openStream, send } from './raw.js'
import { aToken, full, partial, type Stage, serveV1, serveV2, suspended } from './task-board.js'

const often = { recheckMs: 20 }
const fewer = { scopes: ['members.read'] } as const

it('an official v1 client is sent list_changed on its stream when its visible tools change', async () => {
  const { url, keyring } = await serveV1(often)
  const { token, id } = await aToken(keyring, full)
  const client = new Client({ name: 'v1', version: '1' })
  const lists: string[][] = []
  client.setNotificationHandler(ToolListChangedNotificationSchema, async () => {
    lists.push((await client.listTools()).tools.map(({ name }) => name))
  })
  const headers = { Authorization: `Bearer ${token}` }
  let opened = (): void => {}
  const isOpen = new Promise<void>((resolve) => {
    opened = resolve
  })
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers },
    fetch: async (...args) => {
      const answer = await fetch(...args)
      if (args[1]?.method === 'GET') opened()
      return answer
    },
  })
  await client.connect(transport as Parameters<Client['connect']>[0])
  onTestFinished(() => client.close())
  expect((await client.listTools()).tools.map(({ name }) => name)).toContain('members_remove')
  await isOpen
  expect(lists).toEqual([])

  await keyring.update(id, fewer)
  await expect.poll(() => lists).toHaveLength(1)
  expect(lists[0]).not.toContain('members_remove')
  await keyring.update(id, { scopes: [...(full.scopes ?? [])] })
  await expect.poll(() => lists).toHaveLength(2)
  expect(lists[1]).toContain('members_remove')
})

/** What a stream has said of lists, each with whom it is for. */
const changesIn = (text: string): readonly string[] =>
  [...text.matchAll(/"method":"notifications\/(\w+)\/list_changed","params":(.*?)}\n/g)].map(
    ([, list, params]) => `${list} ${params}`,
  )

it('a stream is sent list_changed only for the lists that changed', async () => {
  const { url, keyring } = await serveV1(often)
  const { token, id } = await aToken(keyring, full)
  const { headers } = await send(url, 'POST', mcpHeaders(token), initialize)
  const stream = await openStream(url, 'GET', mcpHeaders(token, String(headers['mcp-session-id'])))
  await keyring.update(id, { resources: partial.resources ?? {} })
  await expect.poll(() => changesIn(stream.text())).toEqual(['resources {}'])
  await keyring.update(id, fewer)
  await expect.poll(() => changesIn(stream.text())).toEqual(['resources {}', 'tools {}', 'prompts {}', 'resources {}'])
  await setTimeout(100)
  expect(changesIn(stream.text())).toHaveLength(4)
})

const subscription = { _meta: { 'io.modelcontextprotocol/subscriptionId': 'sub-1' } }
const openListener = ({ url }: Stage, token: string, notifications: object) =>
  openStream(url, 'POST', listenHeaders(token), listenFor(notifications, 'sub-1'))

it('a v2 listener is sent list_changed only for the lists that it asked for', async () => {
  const stage = await serveV2(often)
  const { token, id } = await aToken(stage.keyring, full)
  const both = await openListener(stage, token, { toolsListChanged: true, promptsListChanged: true })
  const prompts = await openListener(stage, token, { promptsListChanged: true })
  await setTimeout(60)
  await stage.keyring.update(id, fewer)
  const mine = JSON.stringify(subscription)
  await expect.poll(() => changesIn(both.text())).toEqual([`tools ${mine}`, `prompts ${mine}`])
  await expect.poll(() => changesIn(prompts.text())).toEqual([`prompts ${mine}`])
})

it('a v2 listener is closed when its key loses a resource that it listens to', async () => {
  const stage = await serveV2(often)
  const { token, id } = await aToken(stage.keyring, partial)
  const [b1, b2] = await Promise.all(
    ['b1', 'b2'].map((board) => openListener(stage, token, { resourceSubscriptions: [`board://${board}`] })),
  )
  await setTimeout(60)
  await stage.keyring.update(id, { resources: { board: { mode: 'specific', levels: { b2: 'read' } } } })
  await b1?.ended
  const still = await Promise.race([b2?.ended.then(() => 'ended'), setTimeout(100, 'open')])
  expect(still).toBe('open')
})

it('a stream that is closed is sent no list_changed', async () => {
  suspended.clear()
  const { url, keyring } = await serveV1(often)
  const { token, id } = await aToken(keyring, full)
  const { headers } = await send(url, 'POST', mcpHeaders(token), initialize)
  const stream = await openStream(url, 'GET', mcpHeaders(token, String(headers['mcp-session-id'])))
  await keyring.revoke(id)
  await stream.ended
  expect(changesIn(stream.text())).toEqual([])
})
