/**
 * The response headers that a client in a browser needs. Add them to `Access-Control-Expose-Headers` in the host's CORS
 * middleware, which must run before the guard because it also answers preflights.
 */
export const EXPOSED_HEADERS: readonly string[] = Object.freeze([
  'DPoP-Nonce',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'WWW-Authenticate',
])
