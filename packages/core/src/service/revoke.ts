import { isPast } from '../store/index.js'
import type { Key } from '../values/index.js'
import { changeKey } from './change-key.js'
import { checkReason } from './check-input.js'
import type { ManageOptions } from './manage-options.js'
import type { Settings } from './options.js'

/** Options of `revoke`. */
export interface RevokeOptions extends ManageOptions {
  /** Shown to people. A key revoked as `leaked` answers as if it had never been (Rulings). */
  readonly reason?: string | null | undefined
}

/**
 * Ends a key for good: from the next request on no token of it works, in any process (L8). A revoked key stays as it is,
 * its first reason included.
 */
export async function revokeKey(settings: Settings, id: string, options: RevokeOptions): Promise<Key> {
  const reason = checkReason(options.reason)
  return changeKey(settings, id, options, (record, { now }) => {
    if (record.status === 'revoked') return null
    const { previousHashExpiresAt: graceEnd } = record
    return {
      // The seal goes with the key: what is revoked can never be shown again (ENC-7).
      write: {
        status: 'revoked',
        revokedAt: now,
        revokedReason: reason,
        sealed: null,
        // A token in grace ends here as well. Its hash stays, as the current one does, so that its use is noticed (ROT-3).
        ...(graceEnd !== null && !isPast(graceEnd, now) ? { previousHashExpiresAt: now } : {}),
      },
      audit: [{ type: 'api_key.revoked', data: reason === null ? {} : { reason } }],
    }
  })
}
