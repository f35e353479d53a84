import { createHmac, createSecretKey, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * Binds session ids to their callers without storing anything. The id that a client gets ends in a MAC over the server's id and
 * the caller. Another key, or the same key with another narrowing, therefore does not find the session.
 */
export interface SessionTags {
  /** The id for the client. */
  tag(sessionId: string, binding: string): string
  /** The server's id, or `null` if the session is not this caller's. */
  untag(tagged: string, binding: string): string | null
}

/** @param secret - Processes that share sessions must share it. */
export function sessionTags(secret?: string | Uint8Array): SessionTags {
  let made: KeyObject | null = null
  // Made when it is first needed: Workers refuse random values while modules load.
  const key = (): KeyObject => {
    made ??= createSecretKey(typeof secret === 'string' ? Buffer.from(secret) : (secret ?? randomBytes(32)))
    return made
  }
  const mac = (sessionId: string, binding: string): string =>
    createHmac('sha256', key())
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
