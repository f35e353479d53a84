import type { Secret } from '@keywright/core'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport, StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js'

/** A connected MCP client. Each answer is short enough for the table. */
export interface McpClient {
  /** The names of the tools that its key sees. */
  tools(): Promise<string>
  /** `'ok'`, or why not. */
  call(tool: string, input?: Record<string, unknown>): Promise<string>
  /** Resolves when the server has closed the stream that it sends its notifications on. */
  readonly streamIsOver: Promise<void>
  close(): Promise<void>
}

/** Connects the official client, and opens its stream. */
export async function connectMcp(origin: string, token: Secret, send: typeof fetch): Promise<McpClient> {
  const client = new Client({ name: 'demo', version: '1.0.0' })
  let isOpen = (): void => {}
  const opened = new Promise<void>((resolve) => {
    isOpen = resolve
  })
  const transport = new StreamableHTTPClientTransport(new URL('/mcp', origin), {
    requestInit: { headers: { Authorization: `Bearer ${token.reveal()}` } },
    fetch: async (url, init) => {
      const response = await send(url, init)
      if (init?.method === 'GET') isOpen()
      return response
    },
  })
  const streamIsOver = new Promise<void>((resolve) => {
    client.onerror = ({ message }) => {
      if (message.startsWith('SSE stream disconnected')) resolve()
    }
  })
  // The SDK's own types disagree under exactOptionalPropertyTypes.
  await client.connect(transport as Parameters<Client['connect']>[0])
  await opened
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name).join(', '),
    call: async (name, input = {}) => client.callTool({ name, arguments: input }).then(answerOf, faultOf),
    streamIsOver,
    close: () => client.close(),
  }
}

interface Refusal {
  readonly code: string
  readonly missing: readonly string[]
}

function answerOf({ isError, _meta, content }: Awaited<ReturnType<Client['callTool']>>): string {
  if (isError !== true) return 'ok'
  const refusal = _meta?.['keywright/refusal'] as Refusal | undefined // what @keywright/mcp says of a refused call
  return refusal === undefined ? JSON.stringify(content) : `${refusal.code}: ${refusal.missing.join(', ')}`
}

function faultOf(error: unknown): string {
  if (!(error instanceof StreamableHTTPError)) throw error
  return `${error.code} ${/"code":"(\w+)"/.exec(error.message)?.[1] ?? ''}`
}
