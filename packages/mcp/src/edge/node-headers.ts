import type { IncomingMessage, OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { fieldLines } from '@keywright/core/adapter'
import type { Reply } from '@keywright/core/http'
import { sessionNotFound } from './endpoint.js'
import { SESSION_HEADER } from './header-names.js'
import type { SessionTags } from './session-tag.js'

/** Replaces the client's session id by the server's own. Returns the reply if the session is not the caller's. */
export function openSession(req: IncomingMessage, tags: SessionTags, binding: string): Reply | null {
  const tagged = req.headers[SESSION_HEADER]
  // Without a session id, a replay could send events of somebody else's session.
  if (tagged === undefined) return req.headers['last-event-id'] === undefined ? null : sessionNotFound
  const sessionId = typeof tagged === 'string' ? tags.untag(tagged, binding) : null
  if (sessionId === null) return sessionNotFound
  req.headers[SESSION_HEADER] = sessionId
  // The header came once. Node joins two into one value, and a joined value has no valid tag.
  const at = req.rawHeaders.findIndex((name, index) => index % 2 === 0 && isNamed(name, SESSION_HEADER))
  if (at !== -1) req.rawHeaders[at + 1] = sessionId
  // A list that is empty stays so: what reads the request next then reads `headers`.
  else if (req.rawHeaders.length > 0) req.rawHeaders.push('Mcp-Session-Id', sessionId)
  return null
}

/** Removes the key from all lists of headers: v1's transport reads `rawHeaders`, everything else reads the objects. */
export function stripSecrets(req: IncomingMessage, secretHeaders: ReadonlySet<string>): void {
  for (const headers of [req.headers, req.headersDistinct]) {
    for (const name of Object.keys(headers)) if (secretHeaders.has(name.toLowerCase())) delete headers[name]
  }
  for (let at = req.rawHeaders.length - 2; at >= 0; at -= 2) {
    if (secretHeaders.has((req.rawHeaders[at] ?? '').toLowerCase())) req.rawHeaders.splice(at, 2)
  }
}

/** The headers of an answer that has not been sent yet. */
export interface AnswerHead {
  get(name: string): string | undefined
  set(name: string, value: string): void
}

/** Calls `inspect` just before the headers of the answer are sent. It may read and change them. */
export function beforeHead(res: ServerResponse, inspect: (head: AnswerHead) => void): void {
  const writeHead = res.writeHead as (...args: unknown[]) => ServerResponse // Whichever overload the server calls.
  const replaced = (...args: unknown[]): ServerResponse => {
    const given = args.at(-1)
    const lines = typeof given === 'object' && given !== null ? linesOf(given) : []
    const lineOf = (name: string) => lines.find(([field]) => isNamed(field, name))
    let isChanged = false
    inspect({
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
    return writeHead.apply(res, isChanged ? [...args.slice(0, -1), lines.flat()] : args)
  }
  Object.assign(res, { writeHead: replaced })
}

function isNamed(field: string, name: string): boolean {
  return field.length === name.length && field.toLowerCase() === name
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
