import type { GateRefusal as Refusal } from '@keywright/core'
import { challengeFor, problemFor, type Reply } from '@keywright/core/http'

/** How refusals are told to MCP clients. */
export interface Wording {
  readonly realm: string
  readonly docsUrl: string | null
  readonly resourceMetadataUrl: string | undefined
}

/** Makes of a gate's reply one that an MCP client can show: the same status and fields, and a JSON-RPC error for a body. */
export function rpcReply(refusal: Refusal, reply: Reply, { realm, docsUrl, resourceMetadataUrl }: Wording): Reply {
  const problem = problemFor(refusal)
  const hint = docsUrl === null || reply.status === 429 || reply.status === 503 ? '' : ` How to get a key: ${docsUrl}`
  const headers: Record<string, string> = { ...reply.headers, 'Content-Type': 'application/json' }
  const challenge = challengeFor(refusal, { realm, resourceMetadata: resourceMetadataUrl })
  if (challenge !== null) headers['WWW-Authenticate'] = challenge
  return { status: reply.status, headers, body: rpcBody(codeOf(reply.status), `${problem.detail}${hint}`, problem) }
}

/** A 404 that tells nothing: the same for what is not there and for what is another's. */
export function notFoundReply(message: string): Reply {
  return plainReply(404, -32001, message)
}

/** Makes a reply of a JSON-RPC error. */
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
