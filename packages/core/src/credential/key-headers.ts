import { InvalidOptions } from '../errors/index.js'
import { isForwardingField } from './header-syntax.js'

/** The header that may have a key where the host names no other, beside `Authorization: Bearer`. */
export const usualKeyHeaders: readonly string[] = ['X-API-Key']

// What these hold means something else to servers, proxies and browsers.
const taken =
  /^(?:authorization|cookie2?|host|origin|referer|connection|keep-alive|te|trailer|transfer-encoding|upgrade|date|expect|from|range|age|etag|location|server|vary|user-agent|link|pragma|priority|warning|allow|dnt|max-forwards|http2-settings|early-data|upgrade-insecure-requests|x-requested-with|baggage|traceparent|tracestate|mcp-.*|(?:accept|access-control|alt|cf|content|fly|if|last|proxy|sec|set-cookie|www|x-vercel|cache|idempotency|true-client|x-client|x-request|rate|retry)(?:-.*|limit.*)?)$/i

/**
 * Checks the names of the headers that may have a key.
 *
 * @throws {@link InvalidOptions} when they are no list of different, free header names.
 */
export function parseKeyHeaders(headers: unknown): readonly string[] {
  if (headers === undefined) return usualKeyHeaders
  if (!Array.isArray(headers) || headers.length === 0 || headers.length > 8) {
    throw new InvalidOptions('headers', "a list of 1 to 8 header names, such as ['X-API-Key']")
  }
  const names: readonly unknown[] = [...headers]
  return names.map((name, at) => {
    const field = `headers[${at}]`
    // The message leaves out the name: a key that was put here by mistake must not appear in it.
    if (typeof name !== 'string' || !/^[0-9A-Za-z_-]{1,64}$/.test(name)) {
      throw new InvalidOptions(field, 'the name of a header, such as X-API-Key: at most 64 letters, digits, - and _')
    }
    if (taken.test(name) || isForwardingField(name)) {
      const message = `Option ${field} must name a header of its own for keys: HTTP, a proxy or a browser gives this one another meaning.`
      throw new InvalidOptions(field, 'a header of its own for keys', message)
    }
    if (names.findIndex((other) => String(other).toLowerCase() === name.toLowerCase()) !== at) {
      throw new InvalidOptions(field, 'a name that is not in the list already, in any case')
    }
    return name
  })
}
