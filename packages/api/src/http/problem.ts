import { isKeyError, type KeyError } from '@keywright/core'
import { PROBLEM_MEDIA_TYPE } from '@keywright/core/http'
import { baseHeaders } from './response.js'

/** A management request is refused. It is thrown inside, and becomes a problem response at the edge. */
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

/** The statuses that a problem response can have. */
export type ProblemStatus = 400 | 401 | 403 | 404 | 409 | 410 | 412 | 413 | 415 | 422 | 428 | 429 | 503

const titles: Readonly<Record<ProblemStatus, string>> = {
  400: 'Bad request',
  401: 'Not authenticated',
  403: 'Not permitted',
  404: 'Not found',
  409: 'Conflict',
  410: 'Gone',
  412: 'Changed meanwhile',
  413: 'Body too large',
  415: 'Not JSON',
  422: 'Idempotency-Key used before',
  428: 'If-Match required',
  429: 'Too many requests',
  503: 'Unavailable',
}

/** Makes the problem response for an error (RFC 9457). An unknown error becomes 503, and the response says nothing about it. */
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
  const headers = new Headers({ 'Content-Type': PROBLEM_MEDIA_TYPE, ...baseHeaders })
  if (status === 503) headers.set('Retry-After', '5')
  if (typeof members.retry_after === 'number') headers.set('Retry-After', String(members.retry_after))
  // Some details repeat names that the client sent. A token that was sent in the wrong place must not come back.
  return new Response(JSON.stringify(body).replace(/[\w-]{41,}/g, '…'), { status, headers })
}

/** Whether an error becomes 503: the request itself was not at fault. */
export function isOutage(error: unknown): boolean {
  return toProblem(error).status === 503
}

function toProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error
  if (isKeyError(error)) return fromKeyError(error)
  return new ApiProblem(503, 'unavailable', 'The request could not be handled. Send it again in a few seconds.')
}

/** Gives each error of the keyring its status. The fields of these errors are public; their messages are not repeated. */
function fromKeyError(error: KeyError): ApiProblem {
  const fields: Readonly<Record<string, unknown>> = { ...error } // own fields; each is public
  const field = toSnakeCase(fields.field)
  switch (error.code) {
    case 'invalid_input':
      return new ApiProblem(400, error.code, `The field \`${field}\` is not valid. Expected: ${fields.expected}.`, {
        field,
        expected: fields.expected,
      })
    case 'scope_unknown':
      return new ApiProblem(
        400,
        error.code,
        `The field \`${field}\` has a name that is not in the catalog. Use one that the catalog lists.`,
        { field },
      )
    case 'scope_exceeds_actor':
      return new ApiProblem(
        403,
        error.code,
        `The field \`${field}\` would give the key more rights than you have. Ask for less.`,
        {
          field,
          exceeding: fields.exceeding,
        },
      )
    case 'key_not_found':
      return keyNotFound()
    case 'key_changed':
      return new ApiProblem(
        412,
        error.code,
        `The key was changed since. Its version is ${fields.version} now: read it again, and send the change with its new ETag.`,
        { version: fields.version },
      )
    case 'invalid_state':
      return new ApiProblem(409, error.code, `This cannot be done with a key whose status is ${fields.status}.`, {
        key_status: fields.status,
      })
    case 'key_locked':
      // 403 and not 409: the state of the key is no obstacle to the same request of an administrator.
      return new ApiProblem(
        403,
        error.code,
        'Somebody else than its owner disabled this key, so you cannot enable it. Ask whoever disabled it, or an administrator.',
        { disabled_by: fields.disabledBy },
      )
    case 'plan_limit_reached':
      return new ApiProblem(
        409,
        error.code,
        `The plan allows ${fields.limit} keys, and ${fields.used} are in use. Revoke a key, or change the plan.`,
        { limit: fields.limit, used: fields.used },
      )
    case 'reveal_unavailable':
      return revealUnavailable(fields.reason)
    case 'outcome_unknown':
      return new ApiProblem(503, error.code, 'The change may have been made or not. Read the key before you try again.')
    case 'host_unavailable':
      return new ApiProblem(503, error.code, 'There was no answer in time. Send the request again in a few seconds.')
    case 'hasher_busy':
      return new ApiProblem(
        503,
        error.code,
        'Too many keys are being made at once. Send the request again in a few seconds.',
      )
    default:
      return new ApiProblem(503, error.code, 'The keys cannot be reached. Send the request again in a few seconds.')
  }
}

/** A change of settings that does not say which version it is of. */
export function ifMatchRequired(): ApiProblem {
  return new ApiProblem(428, 'if_match_required', 'Send the ETag of the key that you have read as If-Match.')
}

/** The same for a key that does not exist and for one that the caller may not reach. */
export function keyNotFound(): ApiProblem {
  return new ApiProblem(404, 'key_not_found', 'There is no key with this id among the keys that you may reach.')
}

function revealUnavailable(reason: unknown): ApiProblem {
  const code = 'reveal_unavailable'
  if (reason === 'sealer') return new ApiProblem(503, code, 'Tokens cannot be encrypted or decrypted at the moment.')
  return reason === 'erased'
    ? new ApiProblem(410, code, 'The key was revoked, and its token was erased.')
    : new ApiProblem(409, code, 'The token of this key cannot be shown again. Rotate the key to get a new one.')
}

/** The name that a field has in requests: `expires_at` for `expiresAt`. A part in quotes is the client's text and stays. */
function toSnakeCase(field: unknown): string {
  return String(field).replace(/"(?:[^"\\]|\\.)*"|[A-Z]/g, (part) =>
    part.length === 1 ? `_${part.toLowerCase()}` : part,
  )
}
