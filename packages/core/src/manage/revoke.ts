import { checkNames } from '../check/index.js'
import { InvalidInput } from '../errors/index.js'
import { type ChangeOptions, checkReason } from '../input/index.js'
import { isPast } from '../store/index.js'
import type { Key } from '../values/index.js'
import { changeKey } from './change-key.js'
import { inputNames, type RevokeInput } from './key-input.js'
import type { ManageParts } from './parts.js'

/**
 * Ends a key for good: from the next request on no token of it works, in any process. A revoked key stays as it is,
 * its first reason included.
 */
export async function revokeKey(
  parts: ManageParts,
  id: string,
  input: RevokeInput,
  options: ChangeOptions,
): Promise<Key> {
  checkNames(input, inputNames.revoke, { Invalid: InvalidInput })
  const reason = checkReason(input.reason)
  return changeKey(parts, id, options, (record, { now }) => {
    if (record.status === 'revoked') return null
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
      audit: [{ type: 'api_key.revoked', data: reason === null ? {} : { reason } }],
    }
  })
}
