import type { GateRefusal as Refusal } from '@keywright/core'
import { challengeFor, problemFor, type Reply } from '@keywright/core/http'
import { messageForRefusal, refusalData } from './refusal-text.js'

/** The texts that every refusal to an MCP client uses. */
export interface Wording {
  readonly realm: string
  readonly docsUrl: string | null
  readonly resourceMetadataUrl: string | undefined
  readonly keyHeaders: readonly string[] | undefined
}

/** Converts a gate's reply for MCP clients: same status and headers, with a JSON-RPC error as the body. */
export function rpcReply(refusal: Refusal, reply: Reply, wording: Wording): Reply {
  const { realm, docsUrl, resourceMetadataUrl, keyHeaders } = wording
  const problem = problemFor(refusal, keyHeaders)
  const hint = docsUrl === null || reply.status === 429 || reply.status === 503 ? '' : ` How to get a key: ${docsUrl}`
  const headers: Record<string, string> = { ...reply.headers, 'Content-Type': 'application/json' }
  const challenge = challengeFor(refusal, { realm, resourceMetadata: resourceMetadataUrl, keyHeaders })
  if (challenge !== null) headers['WWW-Authenticate'] = challenge
  const text = refusal.code === 'rate_limited' ? messageForRefusal(refusal) : problem.detail
  const body = rpcBody(codeOf(reply.status), `${text}${hint}`, { ...problem, ...refusalData(refusal) })
  return { status: reply.status, headers, body }
}

/** A 404 that does not reveal whether the thing is missing or belongs to somebody else. */
export function notFoundReply(message: string): Reply {
  return plainReply(404, -32001, message)
}

/** A reply whose body is one JSON-RPC error. */
export function plainReply(status: number, code: number, message: string): Reply {
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }
  return { status, headers, body: rpcBody(code, message) }
}

function rpcBody(code: number, message: string, data?: unknown): string {
  return JSON.stringify({
    jsonrpc: '2.0',
    error: { code, message, ...(data === undefined ? {} : { data }) },
    id: null,
  })
}

function codeOf(status: number): number {
  if (status === 403) return -32003
  if (status === 429) return -32029
  return status === 503 ? -32603 : -32001
}
