/** What is known of a request while it is answered. Its answer gets these, whatever it is. */
export interface Exchange {
  /** The sender's id of the request, or else a new one. */
  readonly requestId: string
  /** What is left of the limits of the caller; empty before the caller is known. */
  limits: Readonly<Record<string, string>>
}

/** What each handler gets beside the request. */
export type ExchangeEnv = { Bindings: Exchange }

/** The header that names a request, in requests and in answers. */
export const requestIdHeader = 'X-Request-Id'

/**
 * The id that the sender gave the request, if it can stand in a header and in logs: printable ASCII without spaces, and no token in
 * it.
 *
 * @param readId - Takes out what looks like a token.
 */
export function newExchange(request: Request, readId: (given: string | null) => string | null): Exchange {
  const given = readId(request.headers.get(requestIdHeader))
  const isPrintable = given !== null && /^[\x21-\x7e]+$/.test(given)
  return { requestId: isPrintable ? given : crypto.randomUUID(), limits: {} }
}

/** Puts the headers of an exchange into its answer. */
export function finish(response: Response, { requestId, limits }: Exchange): Response {
  response.headers.set(requestIdHeader, requestId)
  for (const [name, value] of Object.entries(limits)) response.headers.set(name, value)
  return response
}
