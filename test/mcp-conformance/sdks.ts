import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AnyHandler, McpAccess } from '@keywright/mcp'
import { NodeStreamableHTTPServerTransport, toNodeHandler } from '@modelcontextprotocol/node'
import { InMemoryEventStore } from '@modelcontextprotocol/sdk/examples/shared/inMemoryEventStore.js'
import { completable as completableV1 } from '@modelcontextprotocol/sdk/server/completable.js'
import { McpServer as ServerV1, ResourceTemplate as TemplateV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import {
  CreateMessageResultSchema,
  ElicitResultSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import {
  completable,
  createMcpHandler,
  McpServer,
  ResourceTemplate,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import { type Link, prompts, resources, tools } from './everything.js'

/** How a guarded and an open server differ: whether the server is protected, and whether handlers are `scoped`. */
export interface Guarding {
  protect<S extends ServerV1 | McpServer>(server: S): S
  declare<F extends AnyHandler>(access: McpAccess, handler: F): F
}

/** One session. The transports of both SDKs answer a Node request. */
export interface Session {
  handleRequest(req: IncomingMessage, res: ServerResponse, body?: unknown): Promise<void>
}

/** Opens a session on a server with everything that the suite expects. */
export type OpenSession = (guarding: Guarding, opened: (id: string, session: Session) => void) => Promise<Session>

const info = { name: 'everything', version: '1.0.0' }
const declares = { capabilities: { logging: {} } }
const later = { resources: { subscribe: true }, completions: {} }
const form = (properties: object, required: string[] = []) => ({ type: 'object' as const, properties, required })
const question = (prompt: string) => ({
  messages: [{ role: 'user' as const, content: { type: 'text' as const, text: prompt } }],
  maxTokens: 100,
})
const textOf = (content: unknown) => String((content as { text?: unknown }).text)
const described = (name: string) => ({ description: `For the conformance suite: ${name}` })

interface Registrar {
  registerTool(name: string, config: object, handler: AnyHandler): unknown
  registerPrompt(name: string, config: object, handler: AnyHandler): unknown
  registerResource(name: string, place: unknown, config: object, handler: AnyHandler): unknown
}

interface Dialect {
  link(extra: never): Link
  /** v1 takes the fields of a prompt's arguments, v2 an object schema of them. */
  argsSchema(shape: Record<string, z.ZodString>): unknown
  completable(schema: z.ZodString): z.ZodString
  template(uri: string): unknown
}

/** Registers everything. The methods of both SDKs have the same names. */
function register(server: unknown, { declare }: Guarding, dialect: Dialect): void {
  const registrar = server as Registrar // `object` stands for what the SDKs infer from the schema
  for (const [name, { access, input, run }] of Object.entries(tools)) {
    const config = { ...described(name), ...(input === undefined ? {} : { inputSchema: input }) }
    const answer = async (extra: never, args = {}) => ({ content: await run(dialect.link(extra), args) })
    const handler =
      input === undefined ? (extra: never) => answer(extra) : (args: never, extra: never) => answer(extra, args)
    registrar.registerTool(name, config, declare(access, handler))
  }
  for (const [name, { access, args, say }] of Object.entries(prompts)) {
    const answer = (given = {}) => ({ messages: say(given).map((content) => ({ role: 'user', content })) })
    const shape = Object.fromEntries((args ?? []).map((field) => [field, dialect.completable(z.string())]))
    const config = { ...described(name), ...(args === undefined ? {} : { argsSchema: dialect.argsSchema(shape) }) }
    const handler = args === undefined ? () => answer() : (given: never) => answer(given)
    registrar.registerPrompt(name, config, declare(access, handler))
  }
  for (const [uri, { access, mimeType, content }] of Object.entries(resources)) {
    const place = uri.includes('{') ? dialect.template(uri) : uri
    const handler = ({ href }: URL, variables: { id?: string }) => ({
      contents: [{ uri: href, mimeType, ...content(String(variables.id)) }],
    })
    registrar.registerResource(uri, place, { ...described(uri), mimeType }, declare(access, handler as AnyHandler))
  }
}

interface ExtraV1 {
  _meta?: { progressToken?: string | number }
  sendNotification(notification: { method: string; params: object }): Promise<void>
  sendRequest(
    request: { method: string; params: object },
    schema: unknown,
  ): Promise<{ action: string; content?: unknown }>
  closeSSEStream?: () => void
}

const dialectV1: Dialect = {
  link: (extra: ExtraV1) => ({
    log: (data) => extra.sendNotification({ method: 'notifications/message', params: { level: 'info', data } }),
    progress: async (progress, total) =>
      extra._meta?.progressToken === undefined ||
      extra.sendNotification({
        method: 'notifications/progress',
        params: { progressToken: extra._meta.progressToken, progress, total },
      }),
    sample: async (prompt) => {
      const request = { method: 'sampling/createMessage', params: question(prompt) }
      return textOf((await extra.sendRequest(request, CreateMessageResultSchema)).content)
    },
    elicit: (message, properties, required) => {
      const params = { message, requestedSchema: form(properties, required) }
      return extra.sendRequest({ method: 'elicitation/create', params }, ElicitResultSchema)
    },
    closeStream: () => extra.closeSSEStream?.(),
  }),
  argsSchema: (shape) => shape,
  completable: (schema) => completableV1(schema, () => ['testing']),
  template: (uri) => new TemplateV1(uri, { list: undefined }),
}

/** SDK v1, with one transport for each session. */
export const openV1: OpenSession = async (guarding, opened) => {
  const server = guarding.protect(new ServerV1(info, declares))
  server.server.registerCapabilities(later)
  register(server, guarding, dialectV1)
  server.server.setRequestHandler(SubscribeRequestSchema, () => ({}))
  server.server.setRequestHandler(UnsubscribeRequestSchema, () => ({}))
  const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => opened(id, transport),
    eventStore: new InMemoryEventStore(),
    retryInterval: 100,
  })
  // The SDK's own types disagree under exactOptionalPropertyTypes.
  await server.connect(transport as Parameters<ServerV1['connect']>[0])
  return transport
}

const dialectV2: Dialect = {
  link: ({ mcpReq, http }: ServerContext) => ({
    log: (data) => mcpReq.log('info', data),
    progress: async (progress, total) =>
      mcpReq._meta?.progressToken === undefined ||
      mcpReq.notify({
        method: 'notifications/progress',
        params: { progressToken: mcpReq._meta.progressToken, progress, total },
      }),
    sample: async (prompt) => textOf((await mcpReq.requestSampling(question(prompt))).content),
    // `object` stands for the schemas that the SDK lists.
    elicit: (message, properties, required) =>
      mcpReq.elicitInput({ message, requestedSchema: form(properties, required) as never }),
    closeStream: () => http?.closeSSE?.(),
  }),
  argsSchema: (shape) => z.object(shape),
  completable: (schema) => completable(schema, () => ['testing']),
  template: (uri) => new ResourceTemplate(uri, { list: undefined }),
}

/** SDK v2, also with sessions, because the clients of the suite are legacy clients. */
export const openV2: OpenSession = async (guarding, opened) => {
  const server = guarding.protect(new McpServer(info, declares))
  server.server.registerCapabilities(later)
  register(server, guarding, dialectV2)
  server.server.setRequestHandler('resources/subscribe', () => ({}))
  server.server.setRequestHandler('resources/unsubscribe', () => ({}))
  const transport: NodeStreamableHTTPServerTransport = new NodeStreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => opened(id, transport),
    eventStore: new InMemoryEventStore(),
    retryInterval: 100,
  })
  await server.connect(transport)
  return transport
}

const modern = new WeakMap<Guarding, Session>()

/** SDK v2 for clients of 2026-07-28: no sessions, and a server for each request. */
export const openModern: OpenSession = async (guarding) => {
  const made = modern.get(guarding)
  if (made !== undefined) return made
  const handler = createMcpHandler(() => {
    const server = guarding.protect(new McpServer(info, declares))
    server.server.registerCapabilities(later)
    register(server, guarding, dialectV2)
    return server
  })
  const serve = toNodeHandler(handler)
  // The SDK's own types disagree under exactOptionalPropertyTypes.
  const session: Session = { handleRequest: (req, res, body) => serve(req as Parameters<typeof serve>[0], res, body) }
  modern.set(guarding, session)
  return session
}
