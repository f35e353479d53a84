import type { GateRequest } from '../http/index.js'
import { objectLines } from './object-lines.js'

/**
 * The part of a request of Node's HTTP server that a guard reads. What stands in for a server, where there is none, often has the
 * `headers` alone.
 */
export interface NodeMessage {
  readonly method?: string | undefined
  readonly rawHeaders?: readonly string[] | undefined
  readonly headersDistinct?: Readonly<Record<string, readonly string[] | undefined>> | undefined
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>> | undefined
  readonly socket?: { readonly remoteAddress?: string | undefined } | null | undefined
}

/**
 * Converts a request of Node's HTTP server for a gate.
 *
 * @param url - The request target as the client sent it. Some frameworks shorten `req.url`.
 */
export function nodeRequest(req: NodeMessage, url: string): GateRequest {
  const { socket } = req
  const encrypted = socket != null && 'encrypted' in socket && socket.encrypted === true
  return { fields: messageLines(req), url, method: req.method, remoteAddress: socket?.remoteAddress, encrypted }
}

/** Returns the header lines of a request as pairs: unjoined, wherever the server kept them so. */
export function messageLines(req: NodeMessage): (readonly [string, string])[] {
  const { rawHeaders = [] } = req
  return rawHeaders.length > 0 ? fieldLines(rawHeaders) : objectLines(req)
}

/** Converts `rawHeaders`, Node's flat list of names and values, to pairs. Unlike `headers`, it does not join repeated lines. */
export function fieldLines(rawHeaders: readonly string[]): (readonly [string, string])[] {
  const lines: (readonly [string, string])[] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    lines.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? ''])
  }
  return lines
}
