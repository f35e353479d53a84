import { formatToken, Secret } from '../crypto/index.js'
import { InvalidInput, InvalidState } from '../errors/index.js'
import { isExpired, organizationOf } from '../store/index.js'
import { changePrepared } from './change-key.js'
import type { Created } from './create.js'
import { checkDelegation, isOwnKey } from './delegation.js'
import { checkActor, type ManageOptions } from './manage-options.js'
import type { Settings } from './options.js'
import { requestOnce } from './request-once.js'
import { sealToken } from './seal-token.js'

/** Options of `rotate`. */
export interface RotateOptions extends ManageOptions {
  /** How long the token before still works, at most 7 days. @defaultValue 0: it ends at once */
  readonly graceMs?: number | undefined
}

const maxGraceMs = 7 * 24 * 3_600_000

/**
 * Gives a key a new token; id, grants and history stay (T7, ROT-1). At most two tokens of a key work at a time: one in grace
 * from an earlier rotation ends now. Disabling or revoking the key ends both.
 *
 * @throws InvalidState for a key that is revoked or expired, or where another rotation won; InvalidInput; ScopeExceedsActor;
 * RequestRepeated; KeyNotFound; RevealUnavailable; StoreUnavailable.
 */
export async function rotateKey(settings: Settings, id: string, options: RotateOptions): Promise<Created> {
  const { graceMs = 0 } = options
  if (!Number.isSafeInteger(graceMs) || graceMs < 0 || graceMs > maxGraceMs) {
    throw new InvalidInput('graceMs', `whole milliseconds from 0 to ${maxGraceMs}`)
  }
  const actor = checkActor(options)
  let token = ''
  let before: string | null | undefined
  const key = await changePrepared(settings, id, options, async ({ record: seen, now: seenAt }) => {
    if (seen.status !== 'active' && seen.status !== 'disabled') throw new InvalidState(seen.id, seen.status, 'rotate')
    if (isExpired(seen, seenAt)) throw new InvalidState(seen.id, 'expired', 'rotate')
    // Two at once must not leave the loser's caller with a token that is already the one before (FI-38).
    // Told by the hash that only a rotation writes: the current one is also replaced when a key is hashed anew (HASH-4).
    if (before !== undefined && before !== seen.previousHash) throw new InvalidState(seen.id, 'just rotated', 'rotate')
    before = seen.previousHash
    // Whoever lost a right since may still renew their own key: it lost that right with them.
    await checkDelegation(settings, actor, seen, isOwnKey(actor, seen) ? seen : null)

    const namespace = settings.namespaceOf.get(seen.environment)
    if (namespace === undefined) throw new InvalidState(seen.id, 'of an environment that is not configured', 'rotate')
    token = formatToken({ namespace, id: seen.id, secret: settings.tokens.newSecret() })
    const hash = await settings.hasher.hash({ id: seen.id, token })
    const sealed = await sealToken(settings, { ...seen, organizationId: organizationOf(seen.owner) }, token)
    const scope = { verb: 'rotate', actor, organizationId: organizationOf(seen.owner) } as const
    return {
      once: requestOnce(scope, options, { id: seen.id, graceMs }),
      decide: (record, { now }) => {
        const until = new Date(now.getTime() + graceMs)
        return {
          // Without grace it is kept as well, so that its use can be recognised (ROT-3); with no end to its time, for a
          // clock that is set back would put that into the future (FI-15).
          write: { hash, sealed, previousHash: record.hash, previousHashExpiresAt: graceMs === 0 ? null : until },
          audit: [{ type: 'api_key.rotated', data: { previousTokenExpiresAt: until.toISOString() } }],
        }
      },
    }
  })
  return { key, token: new Secret(token) }
}
