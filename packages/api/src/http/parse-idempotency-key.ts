import { invalidInput, wrongField } from './field-error.js'

/**
 * Parses the `Idempotency-Key` header: a quoted string of at most 255 characters (RFC 8941), or, as most clients send it,
 * the same without quotes.
 *
 * @throws {@link ApiProblem} with status 400.
 */
export function parseIdempotencyKey(request: Request): string | undefined {
  const header = request.headers.get('idempotency-key')
  if (header === null) return undefined
  const quoted = /^"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/.exec(header)?.[1]?.replace(/\\(.)/g, '$1')
  // A comma outside quotes means that two header lines were joined.
  const key = quoted ?? /^[\x21\x23-\x2b\x2d-\x7e]+$/.exec(header)?.[0] ?? ''
  if (key.length >= 1 && key.length <= 255) return key
  throw invalidInput([wrongField({ header: 'Idempotency-Key' }, '1 to 255 printable ASCII characters')])
}
