import { isKeyError, type KeyError } from '@keywright/core'
import { PROBLEM_MEDIA_TYPE } from '@keywright/core/http'
import { everyAnswer } from './operation.js'

/** A refused management request: thrown inside, answered at the edge. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem'
  readonly status: ProblemStatus
  readonly code: string
  readonly members: Readonly<Record<string, unknown>>

  constructor(status: ProblemStatus, code: string, detail: string, members: Readonly<Record<string, unknown>> = {}) {
    super(detail)
    this.status = status
    this.code = code
    this.members = members
  }
}

/** The statuses of problems. */
export type ProblemStatus = 400 | 401 | 403 | 404 | 409 | 410 | 413 | 415 | 422 | 429 | 503

const titles: Readonly<Record<ProblemStatus, string>> = {
  400: 'Bad request',
  401: 'Not authenticated',
  403: 'Not permitted',
  404: 'Not found',
  409: 'Conflict',
  410: 'Gone',
  413: 'Body too large',
  415: 'Not JSON',
  422: 'Idempotency-Key used before',
  429: 'Too many requests',
  503: 'Unavailable',
}

/** Makes the answer to a refused request (RFC 9457). Whatever is not known here is an outage, and says nothing of itself. */
export function problemResponse(error: unknown): Response {
  const { status, code, message, members } = toProblem(error)
  const body = {
    type: `urn:keywright:problem:${code}`,
    title: titles[status],
    status,
    detail: message,
    code,
    ...members,
  }
  const headers = new Headers({ 'Content-Type': PROBLEM_MEDIA_TYPE, ...everyAnswer })
  if (status === 503) headers.set('Retry-After', '5')
  if (typeof members.retry_after === 'number') headers.set('Retry-After', String(members.retry_after))
  // Names and values of the client's own come back in some; a token put in a wrong place must not.
  return new Response(JSON.stringify(body).replace(/[\w-]{41,}/g, '…'), { status, headers })
}

/** Whether a request failed by no fault of its own. */
export function isOutage(error: unknown): boolean {
  return toProblem(error).status === 503
}

function toProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error
  if (isKeyError(error)) return fromKeyError(error)
  return new ApiProblem(503, 'unavailable', 'The request could not be decided. Try again in a moment.')
}

/** Ties the keyring's errors to statuses. Their fields are public, their messages are not repeated. */
function fromKeyError(error: KeyError): ApiProblem {
  const fields: Readonly<Record<string, unknown>> = { ...error } // own fields; each is public
  switch (error.code) {
    case 'invalid_input':
      return new ApiProblem(400, error.code, `${asInApi(fields.field)}: expected ${fields.expected}.`, {
        field: asInApi(fields.field),
        expected: fields.expected,
      })
    case 'scope_unknown':
      return new ApiProblem(400, error.code, `${asInApi(fields.field)}: not in the catalogue.`, {
        field: asInApi(fields.field),
      })
    case 'scope_exceeds_actor':
      return new ApiProblem(403, error.code, `${asInApi(fields.field)}: more than you may do yourself.`, {
        field: asInApi(fields.field),
        exceeding: fields.exceeding,
      })
    case 'key_not_found':
      return new ApiProblem(404, error.code, 'No such key.')
    case 'invalid_state':
      return new ApiProblem(409, error.code, `The key is ${fields.status}: this cannot be done.`, {
        key_status: fields.status,
      })
    case 'plan_limit_reached':
      return new ApiProblem(409, error.code, `The plan allows ${fields.limit} keys; ${fields.used} are in use.`, {
        limit: fields.limit,
        used: fields.used,
      })
    case 'reveal_unavailable':
      if (fields.reason === 'sealer') return new ApiProblem(503, error.code, 'Tokens cannot be sealed now.')
      return fields.reason === 'erased'
        ? new ApiProblem(410, error.code, 'The key was revoked: its token is gone.')
        : new ApiProblem(409, error.code, 'The token of this key cannot be shown again.')
    case 'outcome_unknown':
      return new ApiProblem(503, error.code, 'The change may or may not have been made. Look before you try again.')
    default:
      return new ApiProblem(503, error.code, 'The keys cannot be reached. Try again in a moment.')
  }
}

/** A field's name as requests have it: `expires_at` for `expiresAt`. What stands in quotes is the client's own. */
function asInApi(field: unknown): string {
  return String(field).replace(/"(?:[^"\\]|\\.)*"|[A-Z]/g, (part) =>
    part.length === 1 ? `_${part.toLowerCase()}` : part,
  )
}
