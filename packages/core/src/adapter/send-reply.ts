import type { Reply } from '../http/index.js'

/** The part of Node's `ServerResponse` that {@link sendReply} uses. */
export interface ReplyTarget {
  statusCode: number
  setHeader(name: string, value: string): unknown
  end(body: string): unknown
}

/** Sends a reply with Node's HTTP server. */
export function sendReply(res: ReplyTarget, { status, headers, body }: Reply): void {
  res.statusCode = status
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  res.end(body)
}
