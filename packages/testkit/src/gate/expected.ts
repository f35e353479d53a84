import { problemFor, type RefusalToTell } from '@keywright/core/http'
import type { RawAnswer } from './raw-request.js'

/** An answer, as far as a guard makes it: a field that is left out must be missing. */
export interface Expected {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** All fields that a guard may set. */
const fields = [
  'Cache-Control',
  'Retry-After',
  'RateLimit',
  'RateLimit-Policy',
  'Vary',
  'WWW-Authenticate',
  'Access-Control-Allow-Origin',
  'Access-Control-Expose-Headers',
]

/** The answer of a handler. */
export function passed(body: string, headers: Readonly<Record<string, string>> = {}): Expected {
  return { status: 200, headers, body }
}

/** The answer of a guard: the body of core, byte for byte. */
export function refused(
  status: number,
  refusal: RefusalToTell,
  headers: Readonly<Record<string, string>> = {},
): Expected {
  const always = { 'Cache-Control': 'no-store', 'Content-Type': 'application/problem+json' }
  return { status, headers: { ...always, ...headers }, body: JSON.stringify(problemFor(refusal)) }
}

/** The part of an answer that {@link Expected} speaks of. */
export function seen(answer: RawAnswer): Expected {
  const type = answer.status === 200 ? [] : ['Content-Type']
  const headers = [...fields, ...type].flatMap((name) => {
    const value = answer.header(name)
    return value === undefined ? [] : [[name, value]]
  })
  return { status: answer.status, headers: Object.fromEntries(headers), body: answer.body }
}

/** A challenge, with an error where a key was presented. */
export function challenge(error?: string, parameters = '', realm = 'api'): Readonly<Record<string, string>> {
  const code = error === undefined ? '' : `, error="${error}"`
  return { 'WWW-Authenticate': `Bearer realm="${realm}"${code}${parameters}` }
}
