import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import type { FetchConnection } from '@keywright/core'
import { messageLines } from '@keywright/core/adapter'
import { PROBLEM_MEDIA_TYPE } from '@keywright/core/http'
import { requestIdHeader } from './exchange.js'
import { bodyOf, readRest } from './incoming-body.js'
import { baseHeaders } from './response.js'

/** The connection that a request came on. Its fields are those that `fetchGate`, `createMcpAuth` and Hono on Node read. */
export interface NodeConnection extends FetchConnection {
  readonly incoming: IncomingMessage
}

/** A function that answers a Fetch request. */
export type FetchHandler = (request: Request, connection: NodeConnection) => Response | Promise<Response>

/** A listener for `node:http`, and for the frameworks that are built on it. */
export type NodeListener = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/**
 * Serves a fetch handler on `node:http` and on frameworks that are built on it: Express, Koa, Fastify's raw requests.
 *
 * Mount it before anything that reads bodies, such as `express.json()`. It answers 500 if the body has been read already.
 * You can mount it under any path: the handler gets the URL that the client asked for. A request line or a `Host` header that
 * makes no URL is answered with 400, and `TRACE`, which no Fetch request can be, with 501. What a handler leaves of a body is read up to 1 MB, so that the connection can carry the next
 * request; a longer rest ends it. When the client disconnects, the signal of the request aborts.
 *
 * @param handler - A function, or an object with a method `fetch`: the management API, a Hono app, your own. It gets the
 * request and a {@link NodeConnection}: pass this on to `fetchGate` or to the handler of `createMcpAuth`.
 * @returns The listener. Its promise rejects if the handler rejects, before anything is sent: Express 5 passes the error to
 * its error handler, `node:http` does not catch it. The handler of `managementApi` never rejects.
 * @example
 * ```ts
 * const api = managementApi(keyring, options)
 * express().use('/api/api-keys', nodeListener(api))
 *
 * createServer(nodeListener(async (request) => new Response(`You asked for ${request.url}`))).listen(3000)
 * ```
 */
export function nodeListener(handler: FetchHandler | { readonly fetch: FetchHandler }): NodeListener {
  const handle: FetchHandler =
    typeof handler === 'function' ? handler : (request, connection) => handler.fetch(request, connection)
  return async (incoming, outgoing) => {
    const gone = new AbortController()
    outgoing.once('close', () => gone.abort())
    const response = await respond(handle, incoming, gone.signal)
    readRest(incoming, outgoing)
    await sendResponse(response, outgoing)
  }
}

async function respond(handle: FetchHandler, incoming: IncomingMessage, signal: AbortSignal): Promise<Response> {
  if (hasBody(incoming) && incoming.readableDidRead) {
    const text = 'The body of this request was read before. Mount this handler before anything that reads bodies.'
    return new Response(text, { status: 500 })
  }
  // A Fetch request cannot have them: they are for proxies, or show headers to pages.
  if (['CONNECT', 'TRACE', 'TRACK'].includes(incoming.method ?? '')) {
    return refusal(501, 'method_not_implemented', 'This server has no such method.')
  }
  const encrypted = isEncrypted(incoming)
  let request: Request
  try {
    request = toRequest(incoming, encrypted, signal)
  } catch {
    return refusal(400, 'malformed_request', 'The request line or the Host header makes no URL.')
  }
  return handle(request, { remoteAddress: incoming.socket.remoteAddress, encrypted, incoming })
}

/** A problem (RFC 9457) before there is a request that the handler could answer. */
function refusal(status: 400 | 501, code: string, detail: string): Response {
  const title = status === 400 ? 'Bad request' : 'Not implemented'
  const requestId = crypto.randomUUID()
  const body = { type: `urn:keywright:problem:${code}`, title, status, detail, code, request_id: requestId }
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': PROBLEM_MEDIA_TYPE, [requestIdHeader]: requestId, ...baseHeaders },
  })
}

async function sendResponse(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.statusCode = response.status
  for (const [name, value] of response.headers) {
    // There may be several cookies; all other headers are joined already.
    if (name === 'set-cookie') outgoing.appendHeader(name, value)
    else outgoing.setHeader(name, value)
  }
  if (response.body === null) {
    outgoing.end()
    return
  }
  // The first event may be long in coming; without this, the client would wait for the headers until then.
  if (response.headers.get('content-type')?.startsWith('text/event-stream') === true) outgoing.flushHeaders()
  // The client may disconnect, and the body may fail. In both cases `pipeline` closes both sides, and nothing is left to do.
  await pipeline(Readable.fromWeb(response.body as ReadableStream<Uint8Array>), outgoing).catch(() => {}) // Node's own type of the same stream
}

/** @throws Error if the request line or the `Host` header makes no URL. */
function toRequest(incoming: IncomingMessage, encrypted: boolean, signal: AbortSignal): Request {
  const { method = 'GET', headers } = incoming
  const fields = new Headers()
  for (const [name, value] of messageLines(incoming)) fields.append(name, value)
  const host = headers.host ?? 'localhost'
  // A slash in the host, for example, would give the URL another path than the one that middleware before us has checked.
  if (!/^[A-Za-z0-9.:[\]_-]+$/.test(host)) throw new Error('The Host header has a character that no host can have.')
  return new Request(`${encrypted ? 'https' : 'http'}://${host}${pathOf(incoming)}`, {
    method,
    headers: fields,
    signal,
    ...(hasBody(incoming) ? { body: bodyOf(incoming), duplex: 'half' as const } : {}),
  })
}

function isEncrypted({ socket }: IncomingMessage): boolean {
  return 'encrypted' in socket && socket.encrypted === true
}

function hasBody({ method }: IncomingMessage): boolean {
  return method !== 'GET' && method !== 'HEAD'
}

/** The path that the client asked for. Express cuts the mount path off `url`, and keeps the whole in `originalUrl`. */
function pathOf(incoming: IncomingMessage): string {
  const { originalUrl, url = '/' } = incoming as IncomingMessage & { readonly originalUrl?: string } // added by Express
  const path = originalUrl ?? url
  if (!path.startsWith('/')) throw new Error('The request line does not have a path.')
  return path
}
