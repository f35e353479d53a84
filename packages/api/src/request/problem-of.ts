import { isKeyError, type KeyError } from '@keywright/core'
import { invalidInput } from '../http/field-error.js'
import { ApiProblem, keyNotFound, webhookNotFound } from '../http/problem.js'
import { fieldFault, type RequestFields } from './field-fault.js'

/**
 * The problem that an error becomes. An unknown error is 503, and the problem says nothing about it.
 *
 * @param fields - What the request could have: it tells a parameter from a field of the body.
 */
export function problemOf(error: unknown, fields: RequestFields = {}): ApiProblem {
  if (error instanceof ApiProblem) return error
  if (isKeyError(error)) return fromKeyError(error, fields)
  return new ApiProblem(503, 'unavailable', 'The request could not be handled. Send it again in a few seconds.')
}

/** Whether an error becomes 503: the request itself was not at fault. */
export function isOutage(error: unknown): boolean {
  return problemOf(error).status === 503
}

/** Gives each error of the keyring its status. The fields of these errors are public; their messages are not repeated. */
function fromKeyError(error: KeyError, request: RequestFields): ApiProblem {
  const fields: Readonly<Record<string, unknown>> = { ...error } // own fields; each is public
  switch (error.code) {
    case 'invalid_input':
      return invalidInput([fieldFault(request, fields)])
    case 'scope_unknown': {
      const fault = fieldFault(request, fields)
      return new ApiProblem(400, error.code, fault.detail, { errors: [fault] })
    }
    case 'scope_exceeds_actor':
      return exceedsActor(request, fields)
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
      return invalidState(fields.status)
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
    case 'policy_violated':
      return policyViolated(request, fields)
    case 'reveal_unavailable':
      return revealUnavailable(fields.reason)
    case 'webhook_not_found':
      return webhookNotFound()
    case 'webhook_limit_reached':
      return new ApiProblem(
        409,
        error.code,
        `A key may have ${fields.limit} webhooks, and this one has them. Delete one first.`,
        { limit: fields.limit },
      )
    case 'webhook_busy':
      return new ApiProblem(
        409,
        error.code,
        'A test of the webhook is under way, or too many others are. Try again soon.',
      )
    case 'webhook_disabled':
      return new ApiProblem(409, error.code, 'The webhook is not active. Resume it first.')
    default:
      return outage(error.code)
  }
}

function outage(code: KeyError['code']): ApiProblem {
  switch (code) {
    case 'outcome_unknown':
      return new ApiProblem(503, code, 'The change may have been made or not. Read the key before you try again.')
    case 'host_unavailable':
      return new ApiProblem(503, code, 'There was no answer in time. Send the request again in a few seconds.')
    case 'hasher_busy':
      return new ApiProblem(503, code, 'Too many keys are being made at once. Send the request again in a few seconds.')
    case 'store_unavailable':
      return new ApiProblem(503, code, 'The keys cannot be reached. Send the request again in a few seconds.')
    default:
      // What else there may be is for the operator, who hears of it: see `onError`.
      return new ApiProblem(503, 'unavailable', 'The keys cannot be reached. Send the request again in a few seconds.')
  }
}

function exceedsActor(request: RequestFields, fields: Readonly<Record<string, unknown>>): ApiProblem {
  const { exceeding } = fields
  // Of the caller itself, and not of a field.
  if (fields.field === 'actor') {
    return new ApiProblem(403, 'scope_exceeds_actor', `You do not have ${String(exceeding)}.`, {
      exceeding,
      errors: [],
    })
  }
  const fault = fieldFault(request, fields)
  return new ApiProblem(403, 'scope_exceeds_actor', fault.detail, { exceeding, errors: [fault] })
}

/** Each field that breaks the policy, and what is allowed. A request that names none of them cannot mend it: another one must first. */
function policyViolated(request: RequestFields, fields: Readonly<Record<string, unknown>>): ApiProblem {
  const breaches: readonly object[] = Array.isArray(fields.breaches) ? fields.breaches : []
  const errors = breaches.map((breach) => fieldFault(request, { ...breach }))
  const details = errors.map(({ detail }) => detail).join(' ')
  return new ApiProblem(409, 'policy_violated', `The policy of the product does not allow such a key. ${details}`, {
    errors,
  })
}

function invalidState(status: unknown): ApiProblem {
  if (status === 'rotated_meanwhile') {
    const detail = 'Somebody else rotated the key at the same time. Only their token works: read the key, then decide.'
    return new ApiProblem(409, 'key_rotated_meanwhile', detail)
  }
  if (status === 'delivery_pending') {
    const detail =
      'A new token of this key waits to be delivered by its schedule, and until then only the one before is in use. Wait for it, or rotate without a grace.'
    return new ApiProblem(409, 'invalid_state', detail, { key_status: status })
  }
  return new ApiProblem(409, 'invalid_state', `This cannot be done with a key whose status is ${status}.`, {
    key_status: status,
  })
}

function revealUnavailable(reason: unknown): ApiProblem {
  const code = 'reveal_unavailable'
  if (reason === 'sealer') return new ApiProblem(503, code, 'Tokens cannot be encrypted or decrypted at the moment.')
  return reason === 'erased'
    ? new ApiProblem(410, code, 'The key was revoked, and its token was erased.')
    : new ApiProblem(409, code, 'The token of this key cannot be shown again. Rotate the key to get a new one.')
}
