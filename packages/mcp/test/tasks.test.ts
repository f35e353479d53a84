import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { Keyring } from '@keywright/core'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { CreateTaskRequestHandlerExtra } from '@modelcontextprotocol/sdk/experimental/tasks/interfaces.js'
import {
  InMemoryTaskMessageQueue,
  InMemoryTaskStore,
} from '@modelcontextprotocol/sdk/experimental/tasks/stores/in-memory.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import {
  CallToolResultSchema,
  EmptyResultSchema,
  type JSONRPCRequest,
  LoggingMessageNotificationSchema,
  TaskStatusNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import express from 'express'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { z } from 'zod'
import { createMcpAuth, type Login, type McpAuth, type McpAuthOptions } from '../src/index.js'
import { withoutTaskOfOthers } from '../src/server/own-tasks.js'
import { taskBindings } from '../src/server/task-bindings.js'
import { ownTaskStore, ownTasks } from '../src/server/task-store.js'
import { text } from './register.js'
import { aKeyring, aToken, type Board, full, type KeyInput, listening, partial } from './task-board.js'

const info = { name: 'board', version: '1' }
const capabilities = { logging: {}, tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } } }

/** What a test does to the tasks as the host. */
interface Host {
  readonly store: InMemoryTaskStore
  readonly queue: InMemoryTaskMessageQueue
  /** Ends a task with this text, by the store that its tool was given. */
  finish(taskId: string, result: string): Promise<void>
}

type Keeper = Pick<McpAuth<Board>, 'protect'>

const onBoard = ({ boardId }: { readonly boardId?: unknown }) => ({ type: 'board', id: boardId }) as const

/** A server with tools that make tasks, and the host's hands on them. */
function tasksOf(auth: McpAuth<Board>): Host & { server(by?: Keeper): McpServer } {
  const [store, queue] = [new InMemoryTaskStore(), new InMemoryTaskMessageQueue()]
  const [taskStore, taskMessageQueue] = [auth.taskStore(store), auth.taskMessageQueue(queue)]
  const finish: Host['finish'] = async (taskId, result) => ending.get(taskId)?.(result)
  const ending = new Map<string, (result: string) => Promise<void>>()
  return {
    store,
    queue,
    finish,
    server: (by = auth) => {
      const server = by.protect(new McpServer(info, { capabilities, taskStore, taskMessageQueue }))
      const { tasks } = server.experimental
      const board = { inputSchema: { boardId: z.string().toLowerCase() } }
      const at = { scopes: ['tasks.read'], on: onBoard } as const
      const rest = { getTask: never, getTaskResult: never }
      tasks.registerToolTask('export', board, {
        createTask: auth.scoped(at, async (_args, extra) => {
          const task = await extra.taskStore.createTask({ ttl: 60_000 })
          ending.set(task.taskId, (result) => extra.taskStore.storeTaskResult(task.taskId, 'completed', text(result)))
          return { task }
        }),
        ...rest,
      })
      tasks.registerToolTask(
        'at-once',
        { ...board, execution: { taskSupport: 'optional' } },
        {
          createTask: auth.scoped(at, async (_args: unknown, { taskStore }: CreateTaskRequestHandlerExtra) => {
            const task = await taskStore.createTask({ ttl: 60_000 })
            await taskStore.storeTaskResult(task.taskId, 'completed', text('done'))
            return { task: await taskStore.getTask(task.taskId) }
          }),
          ...rest,
        },
      )
      const ofB2 = auth.scoped(at, (_args: unknown, _extra: unknown) => text('looked'))
      tasks.registerToolTask('by-another', board, {
        createTask: auth.scoped(at, async (_args: unknown, extra: CreateTaskRequestHandlerExtra) => {
          await ofB2({ boardId: 'b2' }, extra)
          return { task: await extra.taskStore.createTask({ ttl: 60_000 }) }
        }),
        ...rest,
      })
      tasks.registerToolTask('forgotten', {}, {
        createTask: async (extra: { taskStore: { createTask(params: object): Promise<never> } }) => ({
          task: await extra.taskStore.createTask({}),
        }),
        ...rest,
      } as never)
      server.registerTool(
        'look',
        {},
        auth.scoped('public', () => text('looked')),
      )
      return server
    },
  }
}

const never = async (): Promise<never> => {
  throw new Error('The SDK asks its store')
}

/** Without sessions, each request has a server of its own: only the store is common to all callers. */
async function serve(options: McpAuthOptions<Board, Login> = {}, keyring = aKeyring()) {
  const auth = createMcpAuth(keyring, options)
  const host = tasksOf(auth as McpAuth<Board>)
  const app = express()
  app.all('/mcp', auth.express(), express.json(), async (req, res) => {
    const server = host.server()
    const transport = new StreamableHTTPServerTransport()
    res.on('close', () => void server.close())
    await server.connect(transport as Parameters<McpServer['connect']>[0])
    await transport.handleRequest(req, res, req.body)
  })
  return { keyring, auth, url: await listening(createServer(app)), ...host }
}

async function connect(url: string, token: string): Promise<Client> {
  const client = new Client({ name: 'v1', version: '1' })
  const requestInit = { headers: { Authorization: `Bearer ${token}` } }
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit })
  await client.connect(transport as Parameters<Client['connect']>[0])
  onTestFinished(() => client.close())
  return client
}

const tasksFor = (client: Client) => client.experimental.tasks

/** Calls the tool that makes a task. */
async function start(client: Client, name = 'export', boardId = 'b1'): Promise<string> {
  const stream = tasksFor(client).callToolStream({ name, arguments: { boardId } }, CallToolResultSchema, { task: {} })
  for await (const message of stream) {
    if (message.type === 'taskCreated') return message.task.taskId
    if (message.type === 'error') throw message.error
  }
  throw new Error('no task was made')
}

/** What a client is told of a task, whichever way it asks, with the id of the task left out. */
async function answersTo(client: Client, taskId: string): Promise<string[]> {
  const tasks = tasksFor(client)
  const asked = [
    tasks.getTask(taskId).then(({ status }) => status),
    tasks.getTaskResult(taskId, CallToolResultSchema).then(({ content }) => JSON.stringify(content)),
    tasks.cancelTask(taskId).then(({ status }) => status),
    tasks.listTasks().then((page) => JSON.stringify([page.tasks.map((task) => task.taskId), page.nextCursor ?? null])),
  ]
  const answers: string[] = []
  for (const answer of asked) answers.push((await answer.catch(({ message }) => message)).replaceAll(taskId, 'ID'))
  return answers
}

const unknown = (client: Client) => answersTo(client, 'f'.repeat(32))

describe('tasks', () => {
  it("are their caller's: to another key, a task is as one that does not exist (MCP-12)", async () => {
    const { url, keyring, finish, store } = await serve()
    const [ada, eve] = [await aToken(keyring, full), await aToken(keyring, full)]
    const [ofAda, ofEve] = [await connect(url, ada.token), await connect(url, eve.token)]
    const taskId = await start(ofAda)
    const nothing = await unknown(ofEve)
    expect(nothing.at(-1)).toBe('[[],null]')
    expect(await answersTo(ofEve, taskId)).toEqual(nothing)
    expect(await store.getTask(taskId)).toMatchObject({ status: 'working' }) // nobody cancelled it
    await finish(taskId, 'the boards').catch(() => {}) // the request that it would tell of it has ended
    expect(await answersTo(ofEve, taskId)).toEqual(nothing)
    const result = JSON.stringify(text('the boards').content)
    const ended = expect.stringMatching(/terminal status/)
    expect(await answersTo(ofAda, taskId)).toEqual(['completed', result, ended, '[["ID"],null]'])
    expect(await unknown(ofAda)).toEqual([...nothing.slice(0, -1), JSON.stringify([[taskId], null])])
  })

  it('can be cancelled by their caller alone (MCP-12)', async () => {
    const { url, keyring } = await serve()
    const [ada, eve] = [await aToken(keyring, full), await aToken(keyring, full)]
    const [ofAda, ofEve] = [await connect(url, ada.token), await connect(url, eve.token)]
    const taskId = await start(ofAda)
    await expect(tasksFor(ofEve).cancelTask(taskId)).rejects.toThrow(/Task not found/)
    expect((await tasksFor(ofAda).getTask(taskId)).status).toBe('working')
    expect((await tasksFor(ofAda).cancelTask(taskId)).status).toBe('cancelled')
  })

  it('outlive a rotation of their key, and end with the right to call their tool (MCP-12)', async () => {
    const { url, keyring, finish } = await serve()
    const { token, id } = await aToken(keyring, partial)
    const client = await connect(url, token)
    const taskId = await start(client)
    await finish(taskId, 'the boards').catch(() => {})
    const rotated = await keyring.rotate(id, { graceMs: 0 })
    const after = await connect(url, rotated.token.reveal())
    expect(await tasksFor(after).getTaskResult(taskId, CallToolResultSchema)).toMatchObject(text('the boards'))
    const nothing = (await unknown(after)).with(-1, '[[],null]')
    await keyring.update(id, { resources: { board: { mode: 'specific', levels: { b2: 'edit' } } } })
    expect(await answersTo(after, taskId)).toEqual(nothing)
    await keyring.update(id, { resources: { board: { mode: 'specific', levels: { b1: 'read' } } } })
    expect((await tasksFor(after).getTask(taskId)).status).toBe('completed')
  })

  it.each<[string, (keyring: Keyring<Board>, id: string) => Promise<unknown>]>([
    ['lacks the resource', (keyring, id) => keyring.update(id, { resources: {} })],
    ['was revoked', (keyring, id) => keyring.revoke(id)],
  ])('are no longer told to a client that waits for a result, when its key %s by then', async (_, change) => {
    const { url, keyring, store, queue } = await serve()
    const { token, id } = await aToken(keyring, partial)
    const client = await connect(url, token)
    const taskId = await start(client)
    const asked = vi.spyOn(queue, 'dequeue')
    const waiting = tasksFor(client).getTaskResult(taskId, CallToolResultSchema)
    waiting.catch(() => {})
    await expect.poll(() => asked.mock.calls.length).toBeGreaterThan(0)
    await change(keyring, id)
    await store.storeTaskResult(taskId, 'completed', text('the boards'))
    await expect(waiting).rejects.toThrow(/Task not found/)
  })

  it('are told to nobody while the host is down, and not why, and to their caller after that', async () => {
    const canary = 'connect ECONNREFUSED postgres://svc:hunter2@db'
    let isDown = false
    const resolveOwner = () => {
      if (isDown) throw new Error(canary)
      return { scopes: ['*'] as const, levels: () => 'edit' as const }
    }
    const { url, keyring, store } = await serve({}, aKeyring(undefined, { resolveOwner: resolveOwner as never }))
    const client = await connect(url, (await aToken(keyring, full)).token)
    const taskId = await start(client)
    const asked = vi.spyOn(store, 'getTask')
    const waiting = tasksFor(client).getTaskResult(taskId, CallToolResultSchema)
    waiting.catch(() => {})
    await expect.poll(() => asked.mock.calls.length).toBeGreaterThan(2)
    isDown = true
    await expect(waiting).rejects.toThrow(/Task not found: [0-9a-f]+$/)
    isDown = false
    expect((await tasksFor(client).getTask(taskId)).status).toBe('working')
  })

  it('belong to the narrowing of their connection', async () => {
    const narrow = ({ searchParams }: URL) =>
      searchParams.has('boardId') ? { board: [searchParams.get('boardId')] } : {}
    const { url, keyring } = await serve({ narrow })
    const { token } = await aToken(keyring, full)
    const taskId = await start(await connect(url, token))
    const narrowed = await connect(`${url}?boardId=b1`, token)
    expect(await answersTo(narrowed, taskId)).toEqual(await unknown(narrowed))
    expect((await tasksFor(await connect(url, token)).getTask(taskId)).status).toBe('working')
  })

  it('that the host cannot read end in auth_unavailable without its words, and it is told (MCP-7)', async () => {
    const canary = 'connect ECONNREFUSED postgres://svc:hunter2@db'
    const told: unknown[] = []
    const onEvent = (event: { readonly type: string; readonly error?: unknown }) => {
      if (event.type === 'keyring.outage_began') told.push(event)
    }
    const { url, keyring, store, queue } = await serve({}, aKeyring(undefined, { onEvent }))
    const client = await connect(url, (await aToken(keyring, full)).token)
    const taskId = await start(client)
    const fails = async (): Promise<never> => {
      throw new Error(canary)
    }
    const failing = vi.spyOn(store, 'getTask').mockImplementation(fails)
    for (const answer of await answersTo(client, taskId)) {
      expect(answer).toContain('auth_unavailable')
      expect(answer).not.toContain('hunter2')
    }
    expect(told).toHaveLength(1)
    failing.mockRestore()
    vi.spyOn(store, 'updateTaskStatus').mockImplementation(fails)
    vi.spyOn(store, 'getTaskResult').mockImplementation(fails)
    vi.spyOn(queue, 'dequeue').mockImplementation(fails)
    const tasks = tasksFor(client)
    await expect(tasks.cancelTask(taskId)).rejects.toThrow(/^(?!.*hunter2).*auth_unavailable/)
    await store.storeTaskResult(taskId, 'failed', text('no'))
    await expect(tasks.getTaskResult(taskId, CallToolResultSchema)).rejects.toThrow(/^(?!.*hunter2)/)
  })

  it('that were cancelled have no result, which is no outage', async () => {
    const told: string[] = []
    const onEvent = ({ type }: { readonly type: string }) => void told.push(type)
    const { url, keyring } = await serve({}, aKeyring(undefined, { onEvent }))
    const client = await connect(url, (await aToken(keyring, full)).token)
    const taskId = await start(client)
    await tasksFor(client).cancelTask(taskId)
    await expect(tasksFor(client).getTaskResult(taskId, CallToolResultSchema)).rejects.toThrow(/has no result/)
    expect(told).not.toContain('keyring.outage_began')
  })

  it('are still remembered after another session of their key asked a store that keeps sessions apart', async () => {
    class Store extends InMemoryTaskStore {
      override async getTask(taskId: string, sessionId?: string) {
        return sessionId === 's2' ? null : super.getTask(taskId) // As those of later SDKs.
      }
    }
    const store = new Store()
    const kept = ownTasks(async (work) => work())
    const { bindings } = kept
    const own = ownTaskStore(store, kept)
    const { taskId } = await store.createTask({}, 1, { method: 'tools/call', params: { name: 'export' } }, 's1')
    bindings.add(taskId, { caller: 'key:ada', owner: 'ada', tool: 'export', resource: null })
    expect(await own.getTask(taskId, 's2')).toBeNull()
    expect(bindings.find(taskId)?.owner).toBe('ada')
    store.cleanup()
    expect(await own.getTask(taskId, 's2')).toBeNull()
    expect(bindings.find(taskId)).toBeUndefined()
  })

  it('are about what their own tool was given, also when it calls another', async () => {
    const { url, keyring } = await serve()
    const on = (...ids: string[]) => ({
      board: { mode: 'specific', levels: Object.fromEntries(ids.map((id) => [id, 'read'] as const)) } as const,
    })
    const { token, id } = await aToken(keyring, { resources: on('b1', 'b2') })
    const client = await connect(url, token)
    const taskId = await start(client, 'by-another')
    await keyring.update(id, { resources: on('b1') })
    expect((await tasksFor(client).getTask(taskId)).status).toBe('working')
    await keyring.update(id, { resources: on('b2') })
    await expect(tasksFor(client).getTask(taskId)).rejects.toThrow(/not found/)
  })

  it('are about the resource that their tool was given, not about what the client wrote', async () => {
    const { url, keyring } = await serve()
    const on = (...ids: string[]) => ({
      board: { mode: 'specific', levels: Object.fromEntries(ids.map((id) => [id, 'read'] as const)) } as const,
    })
    const { token, id } = await aToken(keyring, { resources: on('b1', 'B1') })
    const client = await connect(url, token)
    const taskId = await start(client, 'export', 'B1')
    await keyring.update(id, { resources: on('b1') })
    expect((await tasksFor(client).getTask(taskId)).status).toBe('working')
    await keyring.update(id, { resources: on('B1') })
    await expect(tasksFor(client).getTask(taskId)).rejects.toThrow(/not found/)
  })

  it('of people are theirs, too', async () => {
    const person = (id: string): Login => ({ id, allows: () => true, allowsOn: () => true })
    const { url, keyring } = await serve({
      fallback: ({ fields }) => {
        const [, value = ''] = fields.find(([name]) => name.toLowerCase() === 'authorization') ?? []
        return person(value.slice('Bearer '.length))
      },
    })
    const [ann, ben] = [await connect(url, 'ann'), await connect(url, 'ben')]
    const ofKey = await connect(url, (await aToken(keyring, full)).token)
    const taskId = await start(ann)
    for (const other of [ben, ofKey]) expect(await answersTo(other, taskId)).toEqual(await unknown(other))
    expect((await tasksFor(ann).getTask(taskId)).status).toBe('working')
  })

  it('run to their end within the call where the client asks for no task', async () => {
    const { url, keyring } = await serve()
    const client = await connect(url, (await aToken(keyring, full)).token)
    const call = { name: 'at-once', arguments: { boardId: 'B1' } }
    expect(await client.callTool(call)).toMatchObject(text('done'))
    expect(await answersTo(client, await start(client, 'at-once'))).toEqual(expect.arrayContaining(['completed']))
  })

  it('are made by tools that the caller may call, and that something declares (MCP-6)', async () => {
    const { url, keyring, store } = await serve()
    const client = await connect(url, (await aToken(keyring, partial)).token)
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual([
      'export',
      'at-once',
      'by-another',
      'look',
    ])
    await expect(start(client, 'export', 'b3')).rejects.toThrow(/insufficient_scope/)
    const messageOf = (name: string) => start(client, name).catch(({ message }: Error) => message)
    expect(await messageOf('forgotten')).toBe(await messageOf('no-such-tool'))
    expect((await store.listTasks()).tasks).toEqual([])
  })

  it('declared by name are decided as those with scoped', async () => {
    const keyring = aKeyring()
    const auth = createMcpAuth(keyring)
    auth.declare({ tools: { report: { scopes: ['members.read'] } } })
    const server = auth.protect(
      new McpServer(info, { capabilities, taskStore: auth.taskStore(new InMemoryTaskStore()) }),
    )
    class Report {
      readonly made = 'report'
      createTask() {
        return { task: this.made }
      }
    }
    const registered = server.experimental.tasks.registerToolTask('report', {}, new Report() as never)
    const createTask: (extra: unknown) => Promise<unknown> = Reflect.get(registered.handler, 'createTask')
    const extraOf = async (input: KeyInput) => {
      const headers = { authorization: `Bearer ${(await aToken(keyring, input)).token}` }
      return { authInfo: await auth.gate(new Request('http://localhost/mcp', { method: 'POST', headers })) }
    }
    await expect(createTask({})).rejects.toMatchObject({ code: -32001 })
    await expect(createTask(await extraOf({}))).rejects.toMatchObject({ code: -32003 })
    expect(await createTask(await extraOf(full))).toEqual({ task: 'report' })
  })
})

const related = (taskId: string) => ({ _meta: { 'io.modelcontextprotocol/related-task': { taskId } } })

/** A transport over which several callers reach one server, and all that each was sent for a message. */
function sharedWire() {
  const waiting = new Map<unknown, { sent: unknown[]; done(): void }>()
  const transport: Transport = {
    start: async () => {},
    close: async () => {},
    send: async (message, options) => {
      const id = 'id' in message && !('method' in message) ? message.id : options?.relatedRequestId
      const one = waiting.get(id)
      one?.sent.push(message)
      if (id !== options?.relatedRequestId) one?.done()
    },
  }
  let last = 0
  const ask = async (method: string, params: object, authInfo: AuthInfo | undefined): Promise<string> => {
    const id = ++last
    const sent: unknown[] = []
    const done = new Promise<void>((resolve) => waiting.set(id, { sent, done: resolve }))
    const message = { jsonrpc: '2.0', id, method, params } as JSONRPCRequest
    transport.onmessage?.(message, authInfo === undefined ? {} : { authInfo })
    await done
    return sent.length === 1 ? JSON.stringify(sent[0]) : JSON.stringify(sent)
  }
  return { transport, ask }
}

describe('messages', () => {
  it('of a task reach its caller alone (MCP-12)', async () => {
    const { url, keyring, finish, queue } = await serve()
    const [ada, eve] = [await aToken(keyring, full), await aToken(keyring, full)]
    const [ofAda, ofEve] = [await connect(url, ada.token), await connect(url, eve.token)]
    const heard: unknown[] = []
    for (const client of [ofAda, ofEve]) {
      client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
        heard.push([client === ofAda ? 'ada' : 'eve', params.data])
      })
    }
    const taskId = await start(ofAda)
    const params = { level: 'info', data: 'half of it', ...related(taskId) }
    const message = { jsonrpc: '2.0', method: 'notifications/message', params } as const
    await queue.enqueue(taskId, { type: 'notification', message, timestamp: 0 })
    await finish(taskId, 'the boards').catch(() => {})
    await expect(tasksFor(ofEve).getTaskResult(taskId, CallToolResultSchema)).rejects.toThrow(/not found/)
    expect(await tasksFor(ofAda).getTaskResult(taskId, CallToolResultSchema)).toMatchObject(text('the boards'))
    await expect.poll(() => heard).toEqual([['ada', 'half of it']])
  })

  it('that a client relates to a task of another are answered as if they were not, and are not put to it (MCP-12)', async () => {
    const { url, keyring, queue } = await serve()
    const [ada, eve] = [await aToken(keyring, full), await aToken(keyring, full)]
    const taskId = await start(await connect(url, ada.token))
    const ofEve = await connect(url, eve.token)
    expect(await ofEve.request({ method: 'ping', params: related(taskId) }, EmptyResultSchema)).toEqual({})
    const looked = await ofEve.callTool({ name: 'look', arguments: {}, ...related(taskId) })
    expect(looked).toMatchObject(text('looked'))
    const unheard = ofEve.request({ method: 'resources/list', params: related(taskId) }, EmptyResultSchema)
    await expect(unheard).rejects.toThrow(/Method not found/)
    expect(await queue.dequeue(taskId)).toBeUndefined()
  })

  it('of a status reach the session of the caller, while they may call the tool (MCP-12)', async () => {
    const keyring = aKeyring()
    const auth = createMcpAuth(keyring)
    const { server, finish } = tasksOf(auth)
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: randomUUID })
    await server().connect(transport as Parameters<McpServer['connect']>[0])
    const app = express()
    app.all('/mcp', auth.express(), express.json(), (req, res) => transport.handleRequest(req, res, req.body))
    const { token, id } = await aToken(keyring, partial)
    const client = new Client({ name: 'v1', version: '1' })
    const heard: string[] = []
    client.setNotificationHandler(TaskStatusNotificationSchema, ({ params }) => void heard.push(params.taskId))
    let isOpen = false
    const clientTransport = new StreamableHTTPClientTransport(new URL(await listening(createServer(app))), {
      requestInit: { headers: { Authorization: `Bearer ${token}` } },
      fetch: async (...args) => {
        const answer = await fetch(...args)
        isOpen ||= args[1]?.method === 'GET'
        return answer
      },
    })
    await client.connect(clientTransport as Parameters<Client['connect']>[0])
    onTestFinished(() => client.close())
    await expect.poll(() => isOpen).toBe(true)
    const [first, second, third] = [await start(client), await start(client), await start(client)]
    await finish(first, 'one')
    await keyring.update(id, { resources: {} })
    await finish(second, 'two')
    await keyring.update(id, { resources: partial.resources } as KeyInput)
    await finish(third, 'three')
    await expect.poll(() => heard).toEqual([first, third])
  })
})

it('tasks of a server on stdio are those of its key', async () => {
  const keyring = aKeyring()
  const auth = createMcpAuth(keyring)
  const { token, id } = await aToken(keyring, partial)
  process.env.TASKS_OF_STDIO = token
  const local = await auth.stdio({ env: 'TASKS_OF_STDIO' })
  const { server, finish } = tasksOf(auth)
  const [ofClient, ofServer] = InMemoryTransport.createLinkedPair()
  await server(local).connect(ofServer)
  const client = new Client({ name: 'v1', version: '1' })
  await client.connect(ofClient)
  const taskId = await start(client)
  await finish(taskId, 'the boards')
  expect(await tasksFor(client).getTaskResult(taskId, CallToolResultSchema)).toMatchObject(text('the boards'))
  await keyring.update(id, { resources: {} })
  await expect(tasksFor(client).getTask(taskId)).rejects.toThrow(/not found/)
  await keyring.revoke(id)
  await expect(tasksFor(client).getTask(taskId)).rejects.toThrow(/revoked/)
})

it('nothing of a task reaches anybody else, in whatever order callers who share a server send what they guess (MCP-12)', async () => {
  const keyring = aKeyring({ limit: 100_000, windowMs: 60_000 })
  const auth = createMcpAuth(keyring, {
    narrow: ({ searchParams }) => (searchParams.has('boardId') ? { board: [searchParams.get('boardId')] } : {}),
    fallback: ({ fields }) => (fields.some(([, value]) => value === 'Bearer ann') ? ann : null),
  })
  const ann: Login = { id: 'ann', allows: () => true, allowsOn: async () => true }
  const { server, store, queue, finish } = tasksOf(auth as McpAuth<Board>)
  const wire = sharedWire()
  await server().connect(wire.transport)
  const gate = async (token: string, query = '') => {
    const headers = { authorization: `Bearer ${token}` }
    return auth.gate(new Request(`http://localhost/mcp${query}`, { method: 'POST', headers })) as Promise<AuthInfo>
  }
  const [{ token: ada }, { token: eve }] = [await aToken(keyring, full), await aToken(keyring, full)]
  const callers = [await gate(ada), await gate(ada, '?boardId=b1'), await gate(eve), await gate('ann')]
  const canary = (caller: number) => `canary-of-${caller}-`
  const made: { id: string; owner: number; isDone: boolean }[] = []
  for (const [owner, authInfo] of callers.entries()) {
    for (const isDone of [true, false]) {
      const answer = await wire.ask('tools/call', { name: 'export', arguments: { boardId: 'b1' }, task: {} }, authInfo)
      const { taskId: id } = (JSON.parse(answer) as { result: { task: { taskId: string } } }).result.task
      made.push({ id, owner, isDone })
      await store.updateTaskStatus(id, 'working', canary(owner))
      const params = { level: 'info', data: canary(owner) }
      const message = { jsonrpc: '2.0', method: 'notifications/message', params } as const
      await queue.enqueue(id, { type: 'notification', message, timestamp: 0 })
      if (isDone) await finish(id, canary(owner))
    }
  }
  const ids = [...made.map(({ id }) => id), '__proto__', 'constructor', '']
  const methods = ['tasks/get', 'tasks/result', 'tasks/cancel', 'tasks/list', 'ping', 'no/such'] as const
  const guess = fc.record({
    by: fc.nat(callers.length - 1),
    id: fc.constantFrom(...ids),
    method: fc.constantFrom(...methods),
  })
  const cancelled = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.array(guess, { maxLength: 12 }), async (guesses) => {
      const sent = guesses.map(async ({ by, id, method }) => {
        const task = made.find((one) => one.id === id)
        const isOwn = task?.owner === by
        // The owner's would wait: for a result that nobody stores, or in the queue of the task.
        if (isOwn && (method === 'ping' || method === 'no/such' || (method === 'tasks/result' && !task.isDone))) return
        if (isOwn && method === 'tasks/cancel') cancelled.add(id)
        const params = method.startsWith('tasks/') ? { taskId: id } : related(id)
        const answer = await wire.ask(method, method === 'tasks/list' ? {} : params, callers[by])
        const foreign = made.filter(({ owner }) => owner !== by)
        const asked = answer.replaceAll(id === '' ? '-' : id, '') // an error repeats what was asked for
        expect(foreign.filter((one) => asked.includes(one.id) || asked.includes(canary(one.owner)))).toEqual([])
        if (!isOwn && method.startsWith('tasks/') && method !== 'tasks/list')
          expect(asked).toMatch(/"error".*not found/)
        if (method === 'ping') expect(asked).toContain('"result":{}')
      })
      await Promise.all(sent)
    }),
    { numRuns: 50 },
  )
  for (const { id, isDone } of made) {
    expect((await store.getTask(id))?.status).toBe(isDone ? 'completed' : cancelled.has(id) ? 'cancelled' : 'working')
  }
})

it('a message that waits before the server starts is answered as any other', async () => {
  const auth = createMcpAuth(aKeyring())
  const { server, store } = tasksOf(auth)
  await store.createTask({}, 1, { method: 'tools/call', params: { name: 'export' } })
  const [ofClient, ofServer] = InMemoryTransport.createLinkedPair()
  const answers: unknown[] = []
  ofClient.onmessage = (message) => void answers.push(message)
  await ofClient.send({ jsonrpc: '2.0', id: 1, method: 'tasks/list' })
  await server().connect(ofServer)
  await expect.poll(() => answers).toMatchObject([{ result: { tasks: [] } }])
})

it('a message is taken out of the task of another, however it names it', () => {
  const { bindings } = ownTasks(async (work) => work())
  bindings.add('t1', { caller: 'key:ada', owner: 'ada', tool: 'export', resource: null })
  const named = 'io.modelcontextprotocol/related-task'
  // A parser that copies a member called __proto__ makes it the prototype.
  const inherited = Object.create({ [named]: Object.create({ taskId: 't1' }) })
  for (const _meta of [{ [named]: { taskId: 't1' } }, inherited]) {
    const seen = withoutTaskOfOthers(bindings, { method: 'ping', params: { _meta } }, 'eve')
    const { params } = seen as { params: { _meta: Record<string, unknown> } }
    expect(params._meta[named]).toBeUndefined()
  }
})

it('a server whose host keeps tasks by itself tells its client of them as of all else', async () => {
  const server = createMcpAuth(aKeyring()).protect(new McpServer(info, { capabilities }))
  const [ofClient, ofServer] = InMemoryTransport.createLinkedPair()
  const heard: unknown[] = []
  ofClient.onmessage = (message) => void heard.push(message)
  await server.connect(ofServer)
  const method = 'notifications/tasks/status'
  await server.server.notification({ method, params: {} as never })
  expect(heard).toMatchObject([{ method }])
})

describe('protect', () => {
  const auth = createMcpAuth(aKeyring())
  const plain = new InMemoryTaskStore()
  const own = auth.taskStore(plain)

  it.each([
    ['a store of the SDK', { taskStore: plain }],
    ['the store of another endpoint', { taskStore: createMcpAuth(aKeyring()).taskStore(plain) }],
    ['a queue of the SDK', { taskStore: own, taskMessageQueue: new InMemoryTaskMessageQueue() }],
  ])('refuses a server that keeps tasks in %s, and says what to do', (_, keepers) => {
    const server = new McpServer(info, { capabilities, ...keepers })
    expect(() => auth.protect(server)).toThrow(
      /any key could read them\. Make it with taskStore: auth\.taskStore\(store\)/,
    )
  })

  it('refuses a server with tasks that is connected already', async () => {
    const server = new McpServer(info, { capabilities, taskStore: own })
    await server.connect(InMemoryTransport.createLinkedPair()[0])
    expect(() => auth.protect(server)).toThrow(/not connected yet/)
  })

  it.each([
    ['taskStore', () => auth.taskStore({ getTask: plain.getTask } as never)],
    ['taskStore', () => auth.taskStore(undefined as never)],
    ['taskMessageQueue', () => auth.taskMessageQueue(plain as never)],
  ])('and %s refuses what lacks a method', (_, make) => {
    expect(make).toThrow(/an object with the methods/)
  })
})

it('the store of an endpoint makes no task of which nobody knows whose it is', async () => {
  const auth = createMcpAuth(aKeyring())
  const made = auth
    .taskStore(new InMemoryTaskStore())
    .createTask({}, 1, { method: 'tools/call', params: { name: 'export' } })
  await expect(made).rejects.toThrow('Only a tool of a protected server makes tasks')
})

describe('an endpoint that remembers so many tasks of each caller, and so many of all', () => {
  const remembering = (maxEach: number, max: number) => {
    const bindings = taskBindings(maxEach, max)
    const add = (taskId: string, caller: string, narrowing = '') =>
      bindings.add(taskId, { caller, owner: caller + narrowing, tool: 't', resource: null })
    return { ...bindings, add }
  }

  it("forgets a caller's oldest first, on whichever connections they made them", () => {
    const { add, find, ofOwner, forget } = remembering(2, 100)
    for (const taskId of ['a1', 'a2', 'a3']) add(taskId, 'ada')
    expect(ofOwner('ada')).toEqual(['a2', 'a3'])
    add('e1', 'eve')
    for (const taskId of ['a4', 'a5', 'a6']) add(taskId, 'ada', taskId)
    expect(['a3', 'a4', 'a5', 'a6', 'e1'].filter((taskId) => find(taskId) !== undefined)).toEqual(['a5', 'a6', 'e1'])
    forget('e1')
    expect(find('e1')).toBeUndefined()
  })

  it('forgets those of the caller who has most, when it is full', () => {
    const { add, find } = remembering(3, 4)
    add('b1', 'bo')
    for (const taskId of ['e1', 'e2', 'e3']) add(taskId, 'eve')
    add('f1', 'flo')
    add('f2', 'flo')
    expect(['b1', 'e1', 'e2', 'e3', 'f1', 'f2'].filter((taskId) => find(taskId) !== undefined)).toEqual([
      'b1',
      'e3',
      'f1',
      'f2',
    ])
  })

  it('remembers a task that it is told of again once', () => {
    const { add, ofOwner } = remembering(2, 2)
    for (const taskId of ['a1', 'a2', 'a2']) add(taskId, 'ada')
    expect(ofOwner('ada')).toEqual(['a1', 'a2'])
  })
})
