import type { IncomingMessage, OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { GateRequest } from '@keywright/core'
import { fieldLines, type Reply } from '@keywright/core/http'
import type { Admit } from './admit.js'
import { authInfoOf } from './auth-info.js'
import { endOf } from './callers.js'
import { isCall, type WithholdArguments } from './hidden-calls.js'
import { isListen, type ListenFilter } from './listen.js'
import type { OpenStreams } from './open-streams.js'
import { notFoundReply, plainReply } from './rpc-reply.js'
import type { ScopeChallenge } from './scope-challenge.js'
import { SESSION_FIELD, secretFields } from './secret-fields.js'
import type { SessionTags } from './session-tag.js'
import type { TellShown } from './shown.js'
import { type Opening, streamCheck } from './stream-check.js'

/** An Express request, as far as this middleware looks at it. */
export type NodeRequest = IncomingMessage & {
  originalUrl?: string | undefined
  body?: unknown
  /** Set to an `AuthInfo`; each SDK has a type of its own for it. */
  auth?: unknown
}

/** Middleware of Express 4 and 5, and of whatever calls `(req, res, next)`. */
export type NodeMiddleware = (req: NodeRequest, res: ServerResponse, next: (error?: unknown) => void) => void

/** What the Node and the fetch side share. */
export interface Edge {
  readonly admit: Admit
  readonly tags: SessionTags
  readonly streams: OpenStreams
  readonly filterListen: ListenFilter
  readonly shown: TellShown
  /** `null`: tools are hidden from nobody. */
  readonly withhold: WithholdArguments | null
  /** `null`: what a call lacks is told in band. */
  readonly challenge: ScopeChallenge | null
  readonly maxBodyBytes: number
}

/** Lets requests through to the SDK's transport, without their key, with `req.auth`, and with a session that is theirs. */
export function nodeMiddleware(edge: Edge): NodeMiddleware {
  const { admit, tags, streams, filterListen, withhold, challenge } = edge
  return function mcpAuth(req, res, next) {
    guard(req, res).then(
      (passes) => {
        // Not caught below: what is thrown behind `next` stays a fault of the process, as it is without a guard.
        if (passes) next()
      },
      (cause: unknown) => next(new Error('The key guard could not answer', { cause })),
    )
  }

  /** Whether the request may go on; one that may not is answered. */
  async function guard(req: NodeRequest, res: ServerResponse): Promise<boolean> {
    const reply = await prepare(req, res)
    if (reply !== null) send(res, reply)
    return reply === null
  }

  /** Makes a request ready for what is behind; where it may not go there, the reply to it. */
  async function prepare(req: NodeRequest, res: ServerResponse): Promise<Reply | null> {
    const request: GateRequest = {
      fields: fieldLines(req.rawHeaders),
      url: req.originalUrl ?? req.url ?? '/',
      remoteAddress: req.socket.remoteAddress,
      encrypted: 'encrypted' in req.socket && req.socket.encrypted === true,
    }
    const admission = await admit(request, req)
    if (!admission.ok) return admission.reply
    const { caller, binding, headers } = admission
    const tagged = req.headers[SESSION_FIELD]
    const refused = openSession(req, tags, binding)
    if (refused !== null) return refused
    const challenged = (await challenge?.(caller, req.body)) ?? null
    if (challenged !== null) return challenged
    if (withhold !== null && isCall(req.body)) req.body = await withhold(caller, req.body)
    if (isListen(req.body)) req.body = await filterListen(caller, req.body)
    else if (req.body === undefined && /subscriptions\/listen/i.test(String(req.headers['mcp-method']))) {
      return plainReply(500, -32603, 'subscriptions/listen needs a JSON body parser before this middleware')
    }
    stripSecrets(req)
    for (const [name, value] of Object.entries(headers)) if (!res.hasHeader(name)) res.setHeader(name, value)
    req.auth = authInfoOf(caller)
    // The id that came is that of this caller's session: where the answer names it again, it needs no second MAC.
    const known = typeof tagged === 'string' ? { tagged, sessionId: req.headers[SESSION_FIELD] } : null
    watch(res, { request, original: req, method: req.method ?? '', body: req.body, admission }, known)
    return null
  }

  function watch(
    res: ServerResponse,
    opening: Opening,
    known: { readonly tagged: string; readonly sessionId: unknown } | null,
  ): void {
    const { caller, binding } = opening.admission
    beforeHead(res, (head) => {
      const sessionId = head.get(SESSION_FIELD)
      if (sessionId !== undefined) {
        head.set(SESSION_FIELD, sessionId === known?.sessionId ? known.tagged : tags.tag(sessionId, binding))
      }
      if (head.get('content-type')?.startsWith('text/event-stream') !== true) return
      if (res.destroyed) return // nobody would tell us again that it is over
      const drop = streams.watch({
        keyId: caller.principal?.key.id ?? null,
        expiresAt: endOf(caller),
        check: streamCheck(edge, opening, (frame) => void res.write(frame)),
        close: () => res.destroy(),
      })
      res.once('close', drop)
    })
  }
}

function openSession(req: NodeRequest, tags: SessionTags, binding: string): Reply | null {
  const tagged = req.headers[SESSION_FIELD]
  // A replay without a session would be of whoever's events the id names.
  if (tagged === undefined) return req.headers['last-event-id'] === undefined ? null : sessionNotFound
  const sessionId = typeof tagged === 'string' ? tags.untag(tagged, binding) : null
  if (sessionId === null) return sessionNotFound
  req.headers[SESSION_FIELD] = sessionId
  // There is one line of it: two are joined, and no id of ours.
  const at = req.rawHeaders.findIndex((name, index) => index % 2 === 0 && isNamed(name, SESSION_FIELD))
  if (at === -1) req.rawHeaders.push('Mcp-Session-Id', sessionId)
  else req.rawHeaders[at + 1] = sessionId
  return null
}

function isNamed(field: string, name: string): boolean {
  return field.length === name.length && field.toLowerCase() === name
}

/** Another's session and one that never was are told alike, in the words of the SDKs. */
export const sessionNotFound: Reply = notFoundReply('Session not found')

/** v1's transport reads `rawHeaders`, everything else `headers`. */
function stripSecrets(req: IncomingMessage): void {
  for (const name of secretFields) if (name in req.headers) delete req.headers[name]
  for (let at = req.rawHeaders.length - 2; at >= 0; at -= 2) {
    if (secretFields.has((req.rawHeaders[at] ?? '').toLowerCase())) req.rawHeaders.splice(at, 2)
  }
}

interface Head {
  get(name: string): string | undefined
  set(name: string, value: string): void
}

/** Has `look` see, and change, the fields of the answer, just before they are sent. */
function beforeHead(res: ServerResponse, look: (head: Head) => void): void {
  const writeHead = res.writeHead as (...args: unknown[]) => ServerResponse // one of its overloads, called as it came
  const replaced = (...args: unknown[]): ServerResponse => {
    const given = args.at(-1)
    const fields = typeof given === 'object' && given !== null ? linesOf(given) : []
    const lineOf = (name: string) => fields.find(([field]) => isNamed(field, name))
    let isChanged = false
    look({
      get: (name) => {
        const value = lineOf(name)?.[1] ?? res.getHeader(name)
        return value === undefined ? undefined : String(value)
      },
      set: (name, value) => {
        const line = lineOf(name)
        if (line === undefined) return void res.setHeader(name, value)
        line[1] = value
        isChanged = true
      },
    })
    return writeHead.apply(res, isChanged ? [...args.slice(0, -1), fields.flat()] : args)
  }
  Object.assign(res, { writeHead: replaced })
}

function linesOf(given: object): [string, OutgoingHttpHeader][] {
  if (!Array.isArray(given)) {
    return Object.entries(given as OutgoingHttpHeaders).filter(
      (line): line is [string, OutgoingHttpHeader] => line[1] !== undefined,
    )
  }
  if (given.every(Array.isArray)) return given as [string, OutgoingHttpHeader][]
  return fieldLines(given as string[]).map(([name, value]) => [name, value])
}

function send(res: ServerResponse, { status, headers, body }: Reply): void {
  res.statusCode = status
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  res.end(body)
}
