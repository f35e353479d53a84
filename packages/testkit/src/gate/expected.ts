import { type PublicRefusal, problemFor } from '@keywright/core/http'
import type { RawAnswer } from './raw-request.js'

/** The part of a response that a guard decides. A header that is not listed must be missing. */
export interface Expected {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** All headers that a guard may set. */
const fields = [
  'Cache-Control',
  'Retry-After',
  'RateLimit',
  'RateLimit-Policy',
  'Vary',
  'WWW-Authenticate',
  'DPoP-Nonce',
  'Access-Control-Allow-Origin',
  'Access-Control-Expose-Headers',
]

/** Returns the expected response of a handler. */
export function passed(body: string, headers: Readonly<Record<string, string>> = {}): Expected {
  return { status: 200, headers, body }
}

/** Returns the expected response of a guard. Its body must be exactly the body from core. */
export function refused(
  status: number,
  refusal: PublicRefusal,
  headers: Readonly<Record<string, string>> = {},
  keyHeaders?: readonly string[],
): Expected {
  const always = { 'Cache-Control': 'no-store', 'Content-Type': 'application/problem+json' }
  return { status, headers: { ...always, ...headers }, body: JSON.stringify(problemFor(refusal, keyHeaders)) }
}

/** Returns the part of a response to compare with {@link Expected}. */
export function seen(answer: RawAnswer): Expected {
  const type = answer.status === 200 ? [] : ['Content-Type']
  const headers = [...fields, ...type].flatMap((name) => {
    const value = answer.header(name)
    return value === undefined ? [] : [[name, value]]
  })
  return { status: answer.status, headers: Object.fromEntries(headers), body: answer.body }
}

/** Returns the header with the expected challenge. It has an error if the request has a key. */
export function challenge(error?: string, parameters = '', realm = 'api'): Readonly<Record<string, string>> {
  const code = error === undefined ? '' : `, error="${error}"`
  return { 'WWW-Authenticate': `Bearer realm="${realm}"${code}${parameters}` }
}
