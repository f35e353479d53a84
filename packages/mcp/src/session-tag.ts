import { createHmac, createSecretKey, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * Binds session ids to their callers without keeping anything: the id that a client is given ends in a MAC over the server's
 * id and the caller, so that another's key, or the same key narrowed otherwise, does not find the session (MCP-4).
 */
export interface SessionTags {
  /** The id for the client. */
  tag(sessionId: string, binding: string): string
  /** The server's id, or `null` where it is not this caller's. */
  untag(tagged: string, binding: string): string | null
}

/** @param secret - Shared by the processes that share sessions. */
export function sessionTags(secret: string | Uint8Array = randomBytes(32)): SessionTags {
  const key = createSecretKey(typeof secret === 'string' ? Buffer.from(secret) : secret)
  const mac = (sessionId: string, binding: string): string =>
    createHmac('sha256', key)
      .update(JSON.stringify([sessionId, binding]))
      .digest('base64url')
  return {
    tag: (sessionId, binding) => `${sessionId}.${mac(sessionId, binding)}`,
    untag: (tagged, binding) => {
      const dot = tagged.lastIndexOf('.')
      if (dot < 1) return null
      const sessionId = tagged.slice(0, dot)
      const expected = Buffer.from(mac(sessionId, binding))
      const given = Buffer.from(tagged.slice(dot + 1))
      return expected.length === given.length && timingSafeEqual(expected, given) ? sessionId : null
    },
  }
}
