import type { GateRequest } from '../http/index.js'

/** Facts about the connection that a Fetch `Request` does not contain. */
export interface FetchConnection {
  /** The address at the other end of the socket. @defaultValue unknown: keys with an `ipAllowList` are refused */
  readonly remoteAddress?: string | undefined
  /**
   * Whether the connection is encrypted. @defaultValue whether the URL begins with `https:`; `false` on Deno, where a client can
   * choose the scheme of the URL
   */
  readonly encrypted?: boolean | undefined
}

/** Converts a Fetch request for a gate. Its `Headers` have joined repeated lines, but the gate still refuses two credentials. */
export function fetchRequest(request: Request, connection: FetchConnection = {}): GateRequest {
  const { headers, url, method } = request
  const { remoteAddress, encrypted = url.startsWith('https:') && !('Deno' in globalThis) } = connection
  // Values are read by name, because the entries in Deno drop empty lines before a value.
  const fields = [...headers.keys()].map((name) => [name, headers.get(name) ?? ''] as const)
  return { fields, url, method, remoteAddress, encrypted }
}
