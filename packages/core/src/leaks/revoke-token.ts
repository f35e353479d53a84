import { checkNames, type NamesOf } from '../check/index.js'
import { InvalidInput } from '../errors/index.js'
import { checkManageOptions, checkReason } from '../input/index.js'
import type { Attempt } from '../limits/index.js'
import type { Found } from '../store/index.js'
import type { Actor } from '../values/index.js'
import { endToken, type TokenEnd } from './end-token.js'
import { findByToken, type Sought, soughtToken } from './find-by-token.js'
import { requireToken } from './finding.js'
import type { LeakParts } from './parts.js'
import type { LeakOptions } from './report-leak.js'

/** Who hands a token in, and why. */
export interface RevokeTokenOptions extends LeakOptions {
  /** The client's address: a wrong token counts as a failed attempt of its network, see `failureLimit`. @defaultValue unknown */
  readonly ip?: string | null | undefined
  /** At most 200 characters, shown to people. A key revoked as `leaked` answers as if it had never been. @defaultValue null */
  readonly reason?: string | null | undefined
}

const optionNames: NamesOf<RevokeTokenOptions> = { actor: true, context: true, ip: true, reason: true }

/** What became of a token that was handed in. Tell the client nothing of it but `too_many_attempts`. */
export type RevokedToken =
  | { readonly outcome: 'unknown' }
  /** The client's network has handed in too many wrong tokens: nothing was looked up. */
  | { readonly outcome: 'too_many_attempts'; readonly retryAfterMs: number }
  | TokenEnd

const holder: Actor = Object.freeze({ type: 'system', id: 'token_holder' })

/** See `Keyring.revokeToken`. */
export async function revokeToken(parts: LeakParts, given: string, options: RevokeTokenOptions): Promise<RevokedToken> {
  const token = requireToken(given)
  checkNames(options, optionNames, { Invalid: InvalidInput, defined: ['actor'] })
  const { ip = null, reason: said, ...rest } = options
  if (ip !== null && typeof ip !== 'string') throw new InvalidInput('ip', 'a string, or null')
  const manage = checkManageOptions(rest)
  const reason = checkReason(said)
  const sought = soughtToken(parts, token)
  if (sought === null) return { outcome: 'unknown' }
  const counted = await findCounted(parts, sought, ip)
  if ('outcome' in counted) return counted
  const ending = { action: 'revoke', reason, report: null } as const
  const ended = await endToken(parts, counted.record.id, sought, ending, { actor: holder, ...manage })
  return ended ?? { outcome: 'unknown' }
}

type NotFound = Exclude<RevokedToken, TokenEnd>

/** The key that has this token. A guess counts, and is answered late, as one that is sent to a guard. */
export async function findCounted(parts: LeakParts, sought: Sought, ip: string | null): Promise<Found | NotFound> {
  const { failedAttempts, manageTimeoutMs } = parts
  const attempt = await failedAttempts.reserve(ip, manageTimeoutMs)
  if (attempt?.reserved === false) {
    return { outcome: 'too_many_attempts', retryAfterMs: attempt.denial.retryAfterMs ?? manageTimeoutMs }
  }
  const { found, match } = await findSettled(parts, sought, ip, attempt)
  if (found !== null && match !== null) return found
  await failedAttempts.delay(ip, found?.record.id ?? sought.id, found !== null)
  return { outcome: 'unknown' }
}

async function findSettled(
  parts: LeakParts,
  sought: Sought,
  ip: string | null,
  attempt: Attempt | null,
): ReturnType<typeof findByToken> {
  let failed = false
  try {
    const known = await findByToken(parts, sought, ip)
    failed = known.match === null
    return known
  } finally {
    attempt?.settle(failed)
  }
}
