/**
 * What a client in a browser must be able to read of our answers: the list for `Access-Control-Expose-Headers` of the host's
 * own CORS handling, which stands before the guard and also answers preflights (HTTP-13).
 */
export const EXPOSED_HEADERS: readonly string[] = Object.freeze([
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'WWW-Authenticate',
])
