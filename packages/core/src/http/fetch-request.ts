import type { GateRequest } from './gate.js'

/** What a Fetch `Request` does not tell about the connection that it came on. */
export interface FetchConnection {
  /** The address at the other end of the socket. @defaultValue unknown: keys that are bound to addresses are refused */
  readonly remoteAddress?: string | undefined
  /**
   * Whether the connection is encrypted. @defaultValue what the request's URL says; `false` on Deno, where a client can write
   * `https:` into it
   */
  readonly encrypted?: boolean | undefined
}

/** Reads a Fetch request for a gate. Its `Headers` have joined repeated lines; two credentials are refused all the same. */
export function fetchRequest(request: Request, connection: FetchConnection = {}): GateRequest {
  const { headers, url } = request
  const { remoteAddress, encrypted = url.startsWith('https:') && !('Deno' in globalThis) } = connection
  // Asked for by name: the entries that Deno goes through have lost the empty lines before a value.
  const fields = [...headers.keys()].map((name) => [name, headers.get(name) ?? ''] as const)
  return { fields, url, remoteAddress, encrypted }
}
