import { KeyNotFound } from '../errors/index.js'
import type { ManageOptions } from '../input/index.js'
import { quarantined, revokedNow } from '../lifecycle/index.js'
import { type Change, changePrepared } from '../manage/index.js'
import { isPast } from '../store/index.js'
import type { AuditDraft, Key, KeyRecord } from '../values/index.js'
import { importedId } from '../verify/index.js'
import { type KnownToken, type Sought, tokenOf } from './find-by-token.js'
import type { LeakParts } from './parts.js'

/** How a token ends. */
export interface TokenEnding {
  /** `quarantine` disables the key, so that somebody can look at it first; its owner cannot enable it. */
  readonly action: 'revoke' | 'quarantine'
  readonly reason: string | null
  /** A record that says why, beside the one of the change. */
  readonly report: Pick<AuditDraft, 'type' | 'data'> | null
}

/** What became of a token that a key has, or had before its last rotation. */
export interface TokenEnd {
  /**
   * `key_revoked` and `key_disabled`: it was the key's token. `token_ended`: it was the one before the last rotation, in its time of
   * grace; the key and its new token stay. `unchanged`: it had ended before.
   */
  readonly outcome: 'key_revoked' | 'key_disabled' | 'token_ended' | 'unchanged'
  readonly key: Key
}

/**
 * Ends a token: its key, or the grace of a token that a rotation has replaced. Under the store's lock it is still the token that it was.
 *
 * @returns `null` where the key has it no more.
 * @throws StoreUnavailable, OutcomeUnknown, WrongPepper.
 */
export async function endToken(
  parts: LeakParts,
  keyId: string,
  sought: Sought,
  ending: TokenEnding,
  options: Pick<ManageOptions, 'actor' | 'context'>,
): Promise<TokenEnd | null> {
  let outcome: TokenEnd['outcome'] = 'unchanged'
  let isKnown = false
  try {
    const key = await changePrepared(parts, keyId, options, async (seen, actor) => {
      const input = { id: sought.id ?? importedId, token: sought.token }
      const token = await tokenOf(parts, seen, input)
      isKnown = token !== null
      return {
        decide: (record, { now }) => {
          outcome = 'unchanged'
          const ended = token === null ? null : endOf(record, now, token, ending, actor.actor)
          if (ended === null) return null
          outcome = ended.outcome
          const { write, audit } = ended.change
          return { write, audit: ending.report === null ? audit : [withToken(ending.report, token), ...audit] }
        },
      }
    })
    return isKnown ? { outcome, key } : null
  } catch (error) {
    if (error instanceof KeyNotFound) return null // deleted meanwhile
    throw error
  }
}

function endOf(
  record: KeyRecord,
  now: Date,
  token: KnownToken,
  { action, reason }: TokenEnding,
  actor: KeyRecord['createdBy'],
): { readonly outcome: TokenEnd['outcome']; readonly change: Change } | null {
  // The token before the last rotation is no danger to the one after it: it ends by itself.
  if (record.status === 'revoked' || token === 'superseded') return null
  if (token === 'previous') {
    const { previousHashExpiresAt: end } = record
    if (end === null || isPast(end, now)) return null
    const said = reason === null ? {} : { reason }
    const audit = [{ type: 'api_key.rotation_grace_ended' as const, data: said }]
    return { outcome: 'token_ended', change: { write: { previousHashExpiresAt: now }, audit } }
  }
  if (action === 'revoke') return { outcome: 'key_revoked', change: revokedNow(record, now, reason) }
  const change = quarantined(record, now, { actor, reason })
  return change === null ? null : { outcome: 'key_disabled', change }
}

function withToken({ type, data }: Pick<AuditDraft, 'type' | 'data'>, token: KnownToken | null): Change['audit'][0] {
  return { type, data: { ...data, ...(token === null ? {} : { token }) } }
}
