import type { ServerResponse } from 'node:http'
import { nodeRequest, sendReply } from '@keywright/core/adapter'
import type { Reply } from '@keywright/core/http'
import { authInfoOf } from '../caller/auth-info.js'
import { endOf } from '../caller/caller.js'
import { plainReply } from '../rpc/rpc-reply.js'
import { captureRegistry, hasCaptured } from '../server/captured-registry.js'
import { createRegistry, type Registry } from '../server/registry.js'
import { type Endpoint, prepareBody, sessionNotFound } from './endpoint.js'
import { SESSION_HEADER } from './header-names.js'
import { holdable } from './hold-back.js'
import { filterListen, isListen } from './listen.js'
import { beforeHead, openSession, stripSecrets } from './node-headers.js'
import type { NodeRequest } from './node-request.js'
import { peekBody } from './peek-body.js'
import { bindSseSession, isSseSessionOfAnother } from './sse-sessions.js'
import { type StreamRequest, streamCheck } from './stream-check.js'

/** Middleware for Express 4 and 5, and for any other server that calls `(req, res, next)`. */
export type NodeMiddleware = (req: NodeRequest, res: ServerResponse, next: (error?: unknown) => void) => void

/** A session id as the client knows it, and the server's own id for the same session. */
interface KnownSession {
  readonly tagged: string
  readonly sessionId: unknown
}

/** Passes admitted requests on to the SDK's transport: without their key, with `req.auth`, and with the server's session id. */
export function nodeMiddleware(endpoint: Endpoint): NodeMiddleware {
  return function mcpAuth(req, res, next) {
    prepare(endpoint, req, res).then(
      (prepared) => {
        if ('status' in prepared) return sendReply(res, prepared)
        // What `next` throws is not caught below. It stays an unhandled error, as it would be without a guard.
        if (prepared.own === null) next()
        else captureRegistry(prepared.own, () => next())
      },
      (cause: unknown) => next(new Error('The key guard could not answer', { cause })),
    )
  }
}

/** A request that is ready for the handler behind the guard. */
interface Ready {
  /** Collects what the server of a listener has: the SDK makes it while it answers. `null`: nobody asks for it. */
  readonly own: Registry | null
}

/** Makes a request ready for the handler behind the guard. Returns the reply if the request may not get there. */
async function prepare(endpoint: Endpoint, req: NodeRequest, res: ServerResponse): Promise<Reply | Ready> {
  const request = nodeRequest(req, req.originalUrl ?? req.url ?? '/')
  const found = await endpoint.admit(request, req)
  if (!found.ok) return found.reply
  const { caller, binding } = found
  const tagged = req.headers[SESSION_HEADER]
  const refused = openSession(req, endpoint.tags, binding)
  if (refused !== null) return refused
  if (isSseSessionOfAnother(request.url, binding)) return sessionNotFound
  const peeked = req.body === undefined ? await peekBody(req, endpoint.maxBodyBytes) : null
  const body = peeked === null ? req.body : peeked.parsed
  const admission = await found.charge(req.method ?? '', body)
  if (!admission.ok) return admission.reply
  const own = isListen(body) ? createRegistry(undefined, endpoint.known.declared) : null
  const assumed = (own === null ? undefined : endpoint.listeners.find(binding)) ?? endpoint.known
  const prepared = await prepareBody(endpoint, caller, body, assumed)
  if (!prepared.ok) return prepared.reply
  if (body === undefined && /subscriptions\/listen/i.test(String(req.headers['mcp-method']))) {
    return plainReply(500, -32603, 'subscriptions/listen needs a JSON body parser before this middleware')
  }
  if (prepared.body !== body) {
    if (peeked === null) req.body = prepared.body
    else peeked.replace(prepared.body)
  }
  stripSecrets(req, endpoint.secretHeaders)
  for (const [name, value] of Object.entries(admission.headers)) if (!res.hasHeader(name)) res.setHeader(name, value)
  req.auth = authInfoOf(caller)
  endpoint.wiring.admits()
  if (req.method === 'POST' && !endpoint.wiring.isProtected()) {
    res.once('finish', () => res.statusCode < 300 && endpoint.wiring.serves())
  }
  const known = typeof tagged === 'string' ? { tagged, sessionId: req.headers[SESSION_HEADER] } : null
  const listener = own === null ? null : { own, asked: body }
  const opened = { request, original: req, method: req.method ?? '', body: prepared.body, admission, registry: assumed }
  watch(endpoint, res, opened, known, listener)
  return { own }
}

/** A listener, before it is known what its server has. */
interface Listener {
  readonly own: Registry
  readonly asked: unknown
}

/** Whether a listener got what its own server lets it listen to. If not, it gets that when it asks again. */
async function gotItsOwn(
  { listeners }: Endpoint,
  { own, asked }: Listener,
  { body, admission: { caller, binding } }: StreamRequest,
): Promise<boolean> {
  if (JSON.stringify(await filterListen(caller, asked, own)) === JSON.stringify(body)) return true
  listeners.remember(binding, own)
  return false
}

/** Tags the session id of the answer, and watches the answer if it is a stream. */
function watch(
  endpoint: Endpoint,
  res: ServerResponse,
  opened: StreamRequest,
  known: KnownSession | null,
  listener: Listener | null,
): void {
  const { caller, binding } = opened.admission
  const holdBack = listener === null ? null : holdable(res)
  beforeHead(res, (head) => {
    const sessionId = head.get(SESSION_HEADER)
    if (sessionId !== undefined) {
      // If the answer repeats the session of the request, its tag is known and needs no second MAC.
      const isKnown = sessionId === known?.sessionId
      head.set(SESSION_HEADER, isKnown ? known.tagged : endpoint.tags.tag(sessionId, binding))
    }
    if (head.get('content-type')?.startsWith('text/event-stream') !== true) return
    if (opened.method === 'GET' && sessionId === undefined) bindSseSession(res, binding)
    if (res.destroyed) return // `close` has already been emitted, and would not be emitted again.
    const isOwn = listener !== null && hasCaptured(listener.own)
    if (isOwn) holdBack?.(() => gotItsOwn(endpoint, listener, opened))
    const watched = isOwn ? { ...opened, registry: listener.own } : opened
    const drop = endpoint.streams.watch({
      keyId: caller.principal?.key.id ?? null,
      expiresAt: endOf(caller),
      check: streamCheck(endpoint, watched, (frame) => void res.write(frame)),
      close: () => res.destroy(),
    })
    res.once('close', drop)
  })
}
