import { type FetchConnection, fetchRequest, type Reply } from '@keywright/core/http'
import { type AuthInfo, authInfoOf } from './auth-info.js'
import { endOf } from './callers.js'
import { isCall } from './hidden-calls.js'
import { isListen } from './listen.js'
import { type Edge, sessionNotFound } from './node-middleware.js'
import { plainReply } from './rpc-reply.js'
import { SESSION_FIELD, secretFields } from './secret-fields.js'
import { type Opening, streamCheck } from './stream-check.js'

/** What is known of a request beside the request. */
export type FetchContext = FetchConnection

/** What serves MCP over fetch: `createMcpHandler` of v2, or `{ fetch: (r, o) => transport.handleRequest(r, o) }` of v1. */
export interface FetchHandler {
  fetch(request: Request, options: { authInfo: AuthInfo; parsedBody?: unknown }): Promise<Response> | Response
}

/** Who sent `request`, or the response to send in place of an answer. */
export async function gateFetch(
  { admit }: Edge,
  request: Request,
  context: FetchContext,
): Promise<AuthInfo | Response> {
  const admission = await admit(fetchRequest(request, context), request)
  return admission.ok ? authInfoOf(admission.caller) : toResponse(admission.reply)
}

/** Serves requests by `handler`: gated, without their key, with a session that is theirs, and for as long as they may. */
export async function serveFetch(
  edge: Edge,
  handler: FetchHandler,
  request: Request,
  context: FetchContext,
  isPrimed: () => boolean,
): Promise<Response> {
  const asked = fetchRequest(request, context)
  const admission = await edge.admit(asked, request)
  if (!admission.ok) return toResponse(admission.reply)
  const { caller, binding } = admission

  const headers = new Headers(request.headers)
  for (const name of secretFields) headers.delete(name)
  const tagged = headers.get(SESSION_FIELD)
  if (tagged !== null) {
    const sessionId = edge.tags.untag(tagged, binding)
    if (sessionId === null) return toResponse(sessionNotFound)
    headers.set(SESSION_FIELD, sessionId)
  } else if (headers.has('last-event-id')) return toResponse(sessionNotFound)

  const bytes = await readBytes(request, edge.maxBodyBytes)
  if (bytes === 'too large') return toResponse(plainReply(413, -32000, 'The request is too large'))
  const cut = cutWith(request.signal)
  const forward = (body: string | Uint8Array<ArrayBuffer> | null): Request => {
    headers.delete('content-length') // of the body as it came
    return new Request(request.url, {
      method: request.method,
      headers,
      signal: cut.signal,
      ...(body === null ? {} : { body }),
    })
  }
  const authInfo = authInfoOf(caller)
  const sent = parse(bytes)
  const asksKnown = isListen(sent) || isCall(sent) || (edge.challenge !== null && sent !== undefined)
  if (asksKnown && !isPrimed()) await prime(handler, request.url, headers, sent, authInfo)
  const challenged = (await edge.challenge?.(caller, sent)) ?? null
  if (challenged !== null) return toResponse(challenged)
  const seen = (await edge.withhold?.(caller, sent)) ?? sent
  const parsed = isListen(seen) ? await edge.filterListen(caller, seen) : seen
  // As it came, where it stays as it is: of what is no JSON to us, nobody behind us makes another text.
  const body = parsed === sent ? bytes : JSON.stringify(parsed)
  // What was looked at is what is served, and it is parsed once.
  const response = await handler.fetch(
    forward(body),
    parsed === undefined ? { authInfo } : { authInfo, parsedBody: parsed },
  )
  const opening = { request: asked, original: request, method: request.method, body: parsed, admission }
  return watched(edge, response, opening, cut)
}

/** Has the handler make a server once, so that it is known what its resources ask; nothing is sent of the answer. */
async function prime(
  handler: FetchHandler,
  url: string,
  headers: Headers,
  sent: unknown,
  authInfo: AuthInfo,
): Promise<void> {
  const [listen] = [sent].flat() as { readonly params?: { readonly _meta?: unknown } }[]
  const asking = new Headers(headers)
  asking.set('mcp-method', 'server/discover')
  const message = { jsonrpc: '2.0', id: 0, method: 'server/discover', params: { _meta: listen?.params?._meta } }
  const request = new Request(url, { method: 'POST', headers: asking, body: JSON.stringify(message) })
  const response = await handler.fetch(request, { authInfo })
  await response.body?.cancel()
}

/** Aborts when `signal` does, or when told to. `AbortSignal.any` would cost the garbage collector more than the rest does. */
function cutWith(signal: AbortSignal): AbortController {
  const cut = new AbortController()
  const follow = (): void => cut.abort(signal.reason)
  if (signal.aborted) follow()
  else signal.addEventListener('abort', follow, { once: true })
  return cut
}

function watched(edge: Edge, answer: Response, opening: Opening, cut: AbortController): Response {
  const { caller, binding, headers: more } = opening.admission
  const fields = Object.entries(more).filter(([name]) => !answer.headers.has(name))
  const sessionId = answer.headers.get(SESSION_FIELD)
  if (sessionId !== null) fields.push([SESSION_FIELD, edge.tags.tag(sessionId, binding)])
  const response = withFields(answer, fields)
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) return response
  const { status, statusText, headers, body } = response
  if (body === null) return response
  const reader = body.getReader()
  let drop = (): void => {}
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => {
      drop = edge.streams.watch({
        keyId: caller.principal?.key.id ?? null,
        expiresAt: endOf(caller),
        check: streamCheck(edge, opening, (frame) => controller.enqueue(new TextEncoder().encode(frame))),
        close: () => {
          controller.close()
          cut.abort()
          reader.cancel().catch(() => {})
        },
      })
    },
    pull: async (controller) => {
      try {
        const { done, value } = await reader.read()
        if (!done) return controller.enqueue(value)
        drop()
        controller.close()
      } catch (cause) {
        drop()
        if (!cut.signal.aborted) controller.error(cause)
      }
    },
    cancel: async (reason) => {
      drop()
      await reader.cancel(reason)
    },
  })
  return new Response(stream, { status, statusText, headers })
}

/** Leaves the response itself where it can: its host may know its body, and sends that with the head in one piece. */
function withFields(response: Response, fields: readonly (readonly [string, string])[]): Response {
  try {
    for (const [name, value] of fields) response.headers.set(name, value)
    return response
  } catch {
    // One that was fetched from elsewhere cannot be changed.
    const { status, statusText, body } = response
    const headers = new Headers(response.headers)
    for (const [name, value] of fields) headers.set(name, value)
    return new Response(body, { status, statusText, headers })
  }
}

/** Makes a fetch response of a reply. */
export function toResponse({ status, headers, body }: Reply): Response {
  return new Response(body, { status, headers })
}

async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | null | 'too large'> {
  // Not by its stream, which on Node is made for the purpose, where its length is known: no server hands on more than that.
  const length = Number(request.headers.get('content-length') ?? Number.NaN)
  if (length <= maxBytes) return length === 0 ? null : new Uint8Array(await request.arrayBuffer())
  if (length > maxBytes) return 'too large'
  if (request.body === null) return null
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    if (size > maxBytes) return 'too large'
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const utf8 = new TextDecoder()

/** `undefined`: no JSON, which the SDK answers. */
function parse(bytes: Uint8Array | null): unknown {
  if (bytes === null) return undefined
  try {
    return JSON.parse(utf8.decode(bytes)) // as the SDKs read it: without a byte order mark
  } catch {
    return undefined
  }
}
