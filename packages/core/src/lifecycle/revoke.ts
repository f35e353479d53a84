import { checkNames, type NamesOf } from '../check/index.js'
import { InvalidInput } from '../errors/index.js'
import { checkInstant, checkReason, type TrialOptions } from '../input/index.js'
import { type Change, changeKey, type ManageParts } from '../manage/index.js'
import { isPast } from '../store/index.js'
import type { JsonObject, Key, KeyRecord } from '../values/index.js'

/** What `revoke` is told. */
export interface RevokeInput {
  /** At most 200 characters, shown to people. A key revoked as `leaked` answers as if it had never been. @defaultValue null */
  readonly reason?: string | null | undefined
  /**
   * The first instant at which the key is refused, in the future: its `expiresAt`, unless that is earlier. The key then expires, and
   * is not revoked: until it is, `update` may move that instant. Its reason is in the audit record alone. @defaultValue now
   */
  readonly at?: Date | undefined
}

const inputNames: NamesOf<RevokeInput> = { reason: true, at: true }

/**
 * Ends a key for good: from the next request on no token of it works, in any process. A revoked key stays as it is,
 * its first reason included.
 */
export async function revokeKey(
  parts: ManageParts,
  id: string,
  input: RevokeInput,
  options: TrialOptions,
): Promise<Key> {
  // An instant that got lost on its way would end the key now.
  checkNames(input, inputNames, { Invalid: InvalidInput, defined: ['at'] })
  const reason = checkReason(input.reason)
  const at = input.at === undefined ? null : checkInstant(input.at, 'at')
  return changeKey(parts, id, options, (record, { now }) => {
    if (record.status === 'revoked') return null
    return at === null ? revokedNow(record, now, reason) : endedAt(record, now, at, said(reason))
  })
}

function said(reason: string | null): JsonObject {
  return reason === null ? {} : { reason }
}

/** The end of a key that is not revoked yet. */
export function revokedNow(record: KeyRecord, now: Date, reason: string | null): Change {
  const { previousHashExpiresAt: graceEnd } = record
  return {
    // The seal goes with the key: what is revoked can never be shown again.
    write: {
      status: 'revoked',
      revokedAt: now,
      revokedReason: reason,
      sealed: null,
      // A token in grace ends here as well. Its hash stays, as the current one does, so that its use is noticed.
      ...(graceEnd !== null && !isPast(graceEnd, now) ? { previousHashExpiresAt: now } : {}),
    },
    audit: [{ type: 'api_key.revoked', data: said(reason) }],
  }
}

/** Never postpones an end: of a key that ends before, nothing is changed. One whose end cannot be read has ended. */
function endedAt({ expiresAt }: KeyRecord, now: Date, at: Date, said: JsonObject): Change | null {
  if (isPast(at, now)) throw new InvalidInput('at', 'in the future; leave it out to revoke the key now')
  if (expiresAt !== null && !(at.getTime() < expiresAt.getTime())) return null
  const data = { before: { expiresAt: expiresAt?.toISOString() ?? null }, after: { expiresAt: at.toISOString() } }
  return { write: { expiresAt: at }, audit: [{ type: 'api_key.end_scheduled', data: { ...data, ...said } }] }
}
