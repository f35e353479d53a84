import type { FetchConnection } from '@keywright/core'
import { fetchRequest } from '@keywright/core/adapter'
import type { Reply } from '@keywright/core/http'
import { type AuthInfo, authInfoOf } from '../caller/auth-info.js'
import { plainReply } from '../rpc/rpc-reply.js'
import { captureRegistry } from '../server/captured-registry.js'
import { createRegistry } from '../server/registry.js'
import { type Endpoint, prepareBody, sessionNotFound } from './endpoint.js'
import { guardAnswer } from './fetch-answer.js'
import { parseJson, readBytes } from './fetch-body.js'
import { SESSION_HEADER } from './header-names.js'
import { linkedAbort } from './linked-abort.js'
import { isListen } from './listen.js'
import { isCall } from './strip-arguments.js'

/** What the host knows about the connection of a request: `remoteAddress` and `encrypted`. */
export type FetchContext = FetchConnection

/** An MCP handler for fetch: `createMcpHandler` of v2, or `{ fetch: (r, o) => transport.handleRequest(r, o) }` for v1. */
export interface FetchHandler {
  fetch(request: Request, options: { authInfo: AuthInfo; parsedBody?: unknown }): Promise<Response> | Response
}

/** The sender of `request`, or the refusal to send as the answer. */
export async function gateFetch(
  { admit, maxBodyBytes, wiring }: Endpoint,
  request: Request,
  context: FetchContext,
): Promise<AuthInfo | Response> {
  const found = await admit(fetchRequest(request, context), request)
  if (!found.ok) return toResponse(found.reply)
  // The host reads the body after this, so a copy is read here.
  const bytes = request.body === null || request.bodyUsed ? null : await readBytes(request.clone(), maxBodyBytes)
  const admission = await found.charge(request.method, bytes === 'too large' ? undefined : parseJson(bytes))
  if (!admission.ok) return toResponse(admission.reply)
  wiring.admits()
  return authInfoOf(admission.caller)
}

/** Guards a request, passes it to `handler` without its key, and watches the answer. */
export async function serveFetch(
  endpoint: Endpoint,
  handler: FetchHandler,
  original: Request,
  context: FetchContext,
): Promise<Response> {
  const request = fetchRequest(original, context)
  const found = await endpoint.admit(request, original)
  if (!found.ok) return toResponse(found.reply)
  const { caller, binding } = found
  const headers = openHeaders(original.headers, endpoint, binding)
  if (headers === null) return toResponse(sessionNotFound)
  const bytes = await readBytes(original, endpoint.maxBodyBytes)
  if (bytes === 'too large') return toResponse(plainReply(413, -32000, 'The request is too large'))

  const parsed = parseJson(bytes)
  const admission = await found.charge(original.method, parsed)
  if (!admission.ok) return toResponse(admission.reply)
  const abort = linkedAbort(original.signal)
  const authInfo = authInfoOf(caller)
  const needsRegistry = isCall(parsed) || (endpoint.challenge !== null && parsed !== undefined)
  // A host may make other servers for other callers: what one may listen to is what its own server has.
  const registry = isListen(parsed) ? createRegistry(undefined, endpoint.known.declared) : endpoint.known
  // Before a server is protected, the endpoint does not know what its tools require.
  if (isListen(parsed) || (needsRegistry && !endpoint.wiring.isProtected())) {
    await captureRegistry(registry, () => warmUp(handler, original.url, headers, parsed, authInfo))
  }
  const prepared = await prepareBody(endpoint, caller, parsed, registry)
  if (!prepared.ok) return toResponse(prepared.reply)

  // An unchanged body is passed on byte for byte: the server must read exactly what was checked here.
  const sent = prepared.body === parsed ? bytes : JSON.stringify(prepared.body)
  headers.delete('content-length') // It belongs to the original body.
  const { method } = original
  const init = { method, headers, signal: abort.signal, ...(sent === null ? {} : { body: sent }) }
  // With `parsedBody`, the SDK serves the value that was checked here, and need not parse it again.
  const options = prepared.body === undefined ? { authInfo } : { authInfo, parsedBody: prepared.body }
  endpoint.wiring.admits()
  const answer = await handler.fetch(new Request(original.url, init), options)
  if (answer.ok && method === 'POST') endpoint.wiring.serves()
  return guardAnswer(endpoint, answer, { request, original, method, body: prepared.body, admission, registry }, abort)
}

/** The headers without the key, and with the server's own session id. `null`: the session is not the caller's. */
function openHeaders(original: Headers, { tags, secretHeaders }: Endpoint, binding: string): Headers | null {
  const headers = new Headers(original)
  for (const name of secretHeaders) headers.delete(name)
  const tagged = headers.get(SESSION_HEADER)
  // Without a session id, a replay could send events of somebody else's session.
  if (tagged === null) return headers.has('last-event-id') ? null : headers
  const sessionId = tags.untag(tagged, binding)
  if (sessionId === null) return null
  headers.set(SESSION_HEADER, sessionId)
  return headers
}

/** Makes the handler create a server once, so that the endpoint learns what it registers. The answer is thrown away. */
async function warmUp(
  handler: FetchHandler,
  url: string,
  original: Headers,
  parsed: unknown,
  authInfo: AuthInfo,
): Promise<void> {
  const [first] = [parsed].flat() as { readonly params?: { readonly _meta?: unknown } }[]
  const headers = new Headers(original)
  headers.set('mcp-method', 'server/discover')
  const message = { jsonrpc: '2.0', id: 0, method: 'server/discover', params: { _meta: first?.params?._meta } }
  const answer = await handler.fetch(new Request(url, { method: 'POST', headers, body: JSON.stringify(message) }), {
    authInfo,
  })
  await answer.body?.cancel()
}

function toResponse({ status, headers, body }: Reply): Response {
  return new Response(body, { status, headers })
}
