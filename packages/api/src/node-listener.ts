import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import type { ManagementApi } from './management-api.js'

/** A listener for `node:http`, and for whatever is built on it. */
export type NodeListener = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/**
 * Serves the API on `node:http` and on frameworks that are built on it: Express, Fastify's raw requests, Koa. Mount it before
 * anything that reads bodies, under any path: it goes by the address that the client asked for.
 */
export function nodeListener(api: Pick<ManagementApi, 'fetch'>): NodeListener {
  return async (incoming, outgoing) => {
    const gone = new AbortController()
    outgoing.once('close', () => gone.abort())
    const response = await answerTo(api, incoming, gone.signal)
    outgoing.statusCode = response.status
    for (const [name, value] of response.headers) outgoing.setHeader(name, value)
    if (response.body === null) {
      outgoing.end()
      return
    }
    // The client may go at any time, and an export may break off: either way, what is left is closed, and that is all.
    await pipeline(Readable.fromWeb(response.body as ReadableStream<Uint8Array>), outgoing).catch(() => {}) // Node's own type of the same
  }
}

async function answerTo(
  api: Pick<ManagementApi, 'fetch'>,
  incoming: IncomingMessage,
  signal: AbortSignal,
): Promise<Response> {
  if (hasBody(incoming) && incoming.readableDidRead) {
    return new Response('Something has read the body: mount the management API before it.', { status: 500 })
  }
  let request: Request
  try {
    request = toRequest(incoming, signal)
  } catch {
    return new Response(null, { status: 400 }) // a request line, or a host, that no URL can have
  }
  return api.fetch(request)
}

function toRequest(incoming: IncomingMessage, signal: AbortSignal): Request {
  const { method = 'GET', headers, rawHeaders, socket } = incoming
  const fields = new Headers()
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    fields.append(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '')
  }
  const scheme = 'encrypted' in socket && socket.encrypted === true ? 'https' : 'http'
  const host = headers.host ?? 'localhost'
  // Anything more, a slash say, would make the path another one than those before us have seen.
  if (!/^[A-Za-z0-9.:[\]_-]+$/.test(host)) throw new TypeError('not a host')
  return new Request(`${scheme}://${host}${pathOf(incoming)}`, {
    method,
    headers: fields,
    signal,
    ...(hasBody(incoming)
      ? { body: Readable.toWeb(incoming) as NonNullable<RequestInit['body']>, duplex: 'half' as const }
      : {}), // a stream is one
  })
}

function hasBody({ method }: IncomingMessage): boolean {
  return method !== 'GET' && method !== 'HEAD'
}

/** What the client asked for: Express takes the path of a mount from `url`, and keeps the whole in `originalUrl`. */
function pathOf(incoming: IncomingMessage): string {
  const { originalUrl, url = '/' } = incoming as IncomingMessage & { readonly originalUrl?: string }
  const path = originalUrl ?? url
  if (!path.startsWith('/')) throw new TypeError('not a path')
  return path
}
