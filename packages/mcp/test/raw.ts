import { request as httpRequest } from 'node:http'
import { LATEST_PROTOCOL_VERSION } from '@modelcontextprotocol/sdk/types.js'

/** A raw HTTP answer. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

export const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: LATEST_PROTOCOL_VERSION, capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
}
export const listTools = { jsonrpc: '2.0', id: 2, method: 'tools/list', params: {} }

/** The headers that MCP over HTTP requires on every request. */
export const mcpHeaders = (token?: string, sessionId?: string): Record<string, string> => ({
  accept: 'application/json, text/event-stream',
  'content-type': 'application/json',
  'mcp-protocol-version': LATEST_PROTOCOL_VERSION,
  ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  ...(sessionId === undefined ? {} : { 'mcp-session-id': sessionId }),
})

/** The same for modern clients, which name the method and have no sessions. */
export const modernHeaders = (token: string, method: string): Record<string, string> => ({
  ...mcpHeaders(token),
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': method,
})

/** The metadata in each message of a modern client. */
export const modernMeta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
}

/** A listen request for notifications, such as `{ resourceSubscriptions: ['board://b1'] }`. */
export const listenFor = (notifications: object, id: unknown = 7) => ({
  jsonrpc: '2.0',
  id,
  method: 'subscriptions/listen',
  params: { notifications, _meta: modernMeta },
})
export const listenHeaders = (token: string) => modernHeaders(token, 'subscriptions/listen')

/** Sends one raw request: nothing is added or hidden, as a client would do. */
export function send(
  url: string,
  method: string,
  headers: Record<string, string | string[]>,
  body?: unknown,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
      response.on('error', reject)
    })
    request.on('error', reject)
    request.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

/** Opens a stream. Resolves when its headers arrived; `ended` resolves when it ended. */
export async function openStream(
  url: string,
  method: string,
  headers: Record<string, string>,
  body?: unknown,
): Promise<{ readonly status: number; readonly text: () => string; readonly ended: Promise<void> }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
      const ended = new Promise<void>((done) => {
        response.once('close', done)
        response.once('error', () => done())
      })
      resolve({ status: response.statusCode ?? 0, text: () => text, ended })
    })
    request.on('error', reject)
    request.end(body === undefined ? undefined : JSON.stringify(body))
  })
}
