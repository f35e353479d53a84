import { PROBLEM_MEDIA_TYPE } from '../http/index.js'

/** What a scanner is told where its report is not taken. Codes are API: new ones may be added, none is renamed. */
const problems = {
  method_not_allowed: [405, 'Method not allowed', 'Send the report with POST.'],
  body_too_large: [413, 'Body too large', 'The report is larger than this endpoint takes. Send it in parts.'],
  malformed_body: [400, 'Bad request', 'The report must be a JSON array of objects, each with the string "token".'],
  signature_invalid: [403, 'Forbidden', 'The signature is missing, or is not one by a known key over this body.'],
  not_authenticated: [401, 'Not authenticated', 'Send the secret of this endpoint as a bearer token.'],
  unavailable: [503, 'Unavailable', 'The report could not be handled. Send it again in a few seconds.'],
} as const

/** Makes the answer to a report that is not taken: a problem (RFC 9457). */
export function problem(code: keyof typeof problems, headers: Readonly<Record<string, string>> = {}): Response {
  const [status, title, detail] = problems[code]
  const body = { type: `urn:keywright:problem:${code}`, title, status, detail, code }
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': PROBLEM_MEDIA_TYPE, ...noStore, ...(status === 503 ? retrySoon : {}), ...headers },
  })
}

export const noStore = { 'Cache-Control': 'no-store' } as const
export const retrySoon = { 'Retry-After': '5' } as const
