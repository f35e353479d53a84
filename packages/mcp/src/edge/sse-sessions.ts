import type { ServerResponse } from 'node:http'

/**
 * The sessions of the former transport, HTTP with SSE: its first event names the URL to which the client posts, with the id of the
 * session. Streams and posts of a session meet in one process, perhaps behind two guards.
 */
const bindings = new Map<string, string>()

/** Binds the session that a stream opens to its caller, until the stream ends. */
export function bindSseSession(res: ServerResponse, binding: string): void {
  const write = res.write as (...args: unknown[]) => boolean // Whichever overload the server calls.
  const first = (...args: unknown[]): boolean => {
    Object.assign(res, { write })
    const id = sessionIn(String(args[0]))
    if (id !== null) {
      bindings.set(id, binding)
      res.once('close', () => bindings.delete(id))
    }
    return write.apply(res, args)
  }
  Object.assign(res, { write: first })
}

/** Whether a URL names such a session, and the session is another caller's. */
export function isSseSessionOfAnother(url: string, binding: string): boolean {
  if (bindings.size === 0) return false // most servers have none, and reading a URL costs as much as a key
  return sessionIds(url).some((id) => (bindings.get(id) ?? binding) !== binding)
}

/** The id in the first event of a stream. */
function sessionIn(frame: string): string | null {
  const [, url = ''] = /^event: endpoint\r?\ndata: ?(\S+)/.exec(frame) ?? []
  return sessionIds(url)[0] ?? null
}

function sessionIds(url: string): string[] {
  if (!URL.canParse(url, 'http://localhost')) return []
  return new URL(url, 'http://localhost').searchParams.getAll('sessionId')
}
