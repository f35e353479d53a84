import type { Fields, RawRequest } from './raw-request.js'

const methods = ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'POST', 'PUT', 'PROPFIND']
const targets = [
  '/api/secret',
  '/api/secret/',
  '/API/SECRET',
  '//api/secret',
  '/api//secret',
  '/./api/secret',
  '/api/./secret',
  '/x/../api/secret',
  '/public/../api/secret',
  '/public/%2e%2e/api/secret',
  '/api/%2e%2e/secret',
  '/api/%2e%2e/api/secret',
  '/%61pi/secret',
  '/api%2fsecret',
  '/api\\secret',
  '/api;x/secret',
  '/api/secret;x',
  '/api/secret%00',
  '/api/secret?x=/public',
  '/api/secret#x',
  'http://test/api/secret',
  '*',
]
const overrides: Fields = [
  ['X-HTTP-Method-Override', 'OPTIONS'],
  ['X-HTTP-Method', 'OPTIONS'],
  ['X-Method-Override', 'OPTIONS'],
  ['X-Original-URL', '/public'],
  ['X-Rewrite-URL', '/public'],
]

/**
 * Requests without a key that try to reach a guarded handler at `/api/secret` past its guard: by other spellings of the path,
 * by other methods, and by header fields that some servers take for the method or the path. A guard passes none of them.
 *
 * @example
 * ```ts
 * const answers = await Promise.all(bypassAttempts.map((attempt) => rawRequest(port, attempt)))
 * expect(handler).not.toHaveBeenCalled()
 * ```
 */
export const bypassAttempts: readonly RawRequest[] = [
  ...targets.flatMap((target) => methods.map((method) => ({ target, method }))),
  { target: '/api/secret', fields: overrides },
]
