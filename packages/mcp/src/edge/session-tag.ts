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

/** How many good tags are remembered, of about 300 bytes each. */
const rememberedTags = 10_000

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
  const good = new Map<string, { readonly sessionId: string; readonly binding: string }>()
  const remember = (tagged: string, sessionId: string, binding: string): void => {
    const [oldest] = good.size < rememberedTags ? [] : good.keys()
    if (oldest !== undefined) good.delete(oldest)
    good.set(tagged, { sessionId, binding })
  }
  return {
    tag: (sessionId, binding) => `${sessionId}.${mac(sessionId, binding)}`,
    untag: (tagged, binding) => {
      const known = good.get(tagged)
      if (known?.binding === binding) return known.sessionId
      const dot = tagged.lastIndexOf('.')
      if (dot < 1) return null
      const sessionId = tagged.slice(0, dot)
      const expected = Buffer.from(mac(sessionId, binding))
      const given = Buffer.from(tagged.slice(dot + 1))
      if (expected.length !== given.length || !timingSafeEqual(expected, given)) return null
      remember(tagged, sessionId, binding)
      return sessionId
    },
  }
}
