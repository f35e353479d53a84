/**
 * The headers that may hold a key, in lower case.
 *
 * @param named - Those that the host names.
 */
export function secretHeaders(named: readonly string[] = []): ReadonlySet<string> {
  return new Set(['authorization', 'x-api-key', ...named.map((name) => name.toLowerCase())])
}

/** The header that holds the session id. */
export const SESSION_HEADER = 'mcp-session-id'
