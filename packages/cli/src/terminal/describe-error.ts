import { isKeyError, type KeyErrorCode } from '@keywright/core'
import { type ExitCode, exitCode } from './exit-code.js'
import { Failure } from './failure.js'
import { plainText } from './plain-text.js'

/** An error as the program shows it. */
export interface DescribedError {
  readonly exit: ExitCode
  readonly code: string
  readonly message: string
}

/** Codes that are neither a refusal nor listed here are a refusal: see {@link exitCode}. */
const exits: Partial<Record<KeyErrorCode, ExitCode>> = {
  invalid_options: exitCode.usage,
  invalid_input: exitCode.usage,
  scope_unknown: exitCode.usage,
  outcome_unknown: exitCode.unavailable,
  store_unavailable: exitCode.unavailable,
  transaction_lost: exitCode.unavailable,
  host_unavailable: exitCode.unavailable,
  usage_lost: exitCode.unavailable,
  wrong_pepper: exitCode.unavailable,
  hasher_busy: exitCode.unavailable,
  rate_limiter_unavailable: exitCode.unavailable,
}

/** Says what an error means for whoever ran the command: one line. */
export function describeError(error: unknown): DescribedError {
  if (error instanceof Failure)
    return { exit: error.exit, code: error.code, message: plainText(withCause(error.message, error.cause)) }
  if (isKeyError(error)) {
    const { code, message, cause } = error
    return { exit: exits[code] ?? exitCode.refused, code, message: plainText(withCause(message, cause)) }
  }
  const { message, cause } = error instanceof Error ? error : new Error(String(error))
  return { exit: exitCode.internal, code: 'internal', message: plainText(withCause(message, cause)) }
}

/** The driver says what its server does: without it, nobody could tell a wrong address from a wrong password. */
function withCause(message: string, cause: unknown, depth = 0): string {
  const reason = depth < mostCauses ? reasonOf(cause, depth + 1) : ''
  return reason === '' || message.includes(reason) ? message : `${message.replace(/\.$/, '')}: ${reason}`
}

/** A cause may be one of its own causes. */
const mostCauses = 5

function reasonOf(cause: unknown, depth: number): string {
  // Node tries each address of a host, and says why in the parts alone.
  if (cause instanceof AggregateError)
    return depth < mostCauses ? [...new Set(cause.errors.map((one) => reasonOf(one, depth + 1)))].join(', ') : ''
  return cause instanceof Error ? withCause(cause.message, cause.cause, depth) : ''
}
