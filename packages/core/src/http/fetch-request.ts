import type { GateRequest } from './gate.js'

/** What a Fetch `Request` does not tell about the connection that it came on. */
export interface FetchConnection {
  /** The address at the other end of the socket. @defaultValue unknown: keys that are bound to addresses are refused */
  readonly remoteAddress?: string | undefined
  /** Whether the connection is encrypted. @defaultValue what the request's URL says */
  readonly encrypted?: boolean | undefined
}

/** Reads a Fetch request for a gate. Its `Headers` have joined repeated lines; two credentials are refused all the same. */
export function fetchRequest(request: Request, connection: FetchConnection = {}): GateRequest {
  const { remoteAddress, encrypted = request.url.startsWith('https:') } = connection
  return { fields: [...request.headers], url: request.url, remoteAddress, encrypted }
}
