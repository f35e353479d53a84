import { checkNames, wholeNumber } from '../check/index.js'
import { formatToken, previewOf, Secret } from '../crypto/index.js'
import { checkDelegation, isOwnKey } from '../delegation/index.js'
import { InvalidInput, InvalidState } from '../errors/index.js'
import { type ChangeOptions, maxGraceMs } from '../input/index.js'
import { requirePolicy } from '../policy/index.js'
import { requireDelivered } from '../rotations/index.js'
import { isExpired, organizationOf, wrapStoreErrors } from '../store/index.js'
import { changePrepared } from './change-key.js'
import type { CreatedKey } from './create.js'
import { inputNames, type RotateInput } from './key-input.js'
import type { ManageParts } from './parts.js'
import { requestOnce } from './request-once.js'
import { sealToken } from './seal-token.js'

/**
 * Gives a key a new token; id, grants and history stay. At most two tokens of a key work at a time: one in grace
 * from an earlier rotation ends now. Disabling or revoking the key ends both.
 *
 * @throws InvalidState for a key that is revoked or expired, or where another rotation won; InvalidInput; ScopeExceedsActor; PolicyViolated;
 * RequestRepeated; KeyNotFound; RevealUnavailable; StoreUnavailable.
 */
export async function rotateKey(
  parts: ManageParts,
  id: string,
  input: RotateInput,
  options: ChangeOptions,
): Promise<CreatedKey> {
  checkNames(input, inputNames.rotate, { Invalid: InvalidInput })
  const { graceMs = 0 } = input
  wholeNumber(graceMs, 'graceMs', { least: 0, most: maxGraceMs, Invalid: InvalidInput })
  let token = ''
  let before: string | null | undefined
  const key = await changePrepared(parts, id, options, async ({ record: seen, now: seenAt }, live) => {
    if (seen.status !== 'active' && seen.status !== 'disabled') throw new InvalidState(seen.id, seen.status, 'rotate')
    if (isExpired(seen, seenAt)) throw new InvalidState(seen.id, 'expired', 'rotate')
    // Two at once must not leave the loser's caller with a token that is already the one before.
    // Told by the hash that only a rotation writes: the current one is also replaced when a key is hashed anew.
    if (before !== undefined && before !== seen.previousHash)
      throw new InvalidState(seen.id, 'rotated_meanwhile', 'rotate')
    before = seen.previousHash
    // Whoever lost a right since may still renew their own key: it lost that right with them.
    await checkDelegation(parts, live, {
      after: seen,
      before: isOwnKey(live.actor, seen) ? seen : null,
      givesToken: true,
    })

    const policy = parts.plans.holdPolicy ? (await parts.plans.of(organizationOf(seen.owner))).policy : null
    const environment = parts.environmentOf.get(seen.environment)
    const namespace = environment === undefined ? undefined : parts.namespaceOf.get(environment)
    if (environment === undefined || namespace === undefined) {
      throw new InvalidState(seen.id, 'environment_unknown', 'rotate')
    }
    await wrapStoreErrors(parts.peppers.run())
    token = formatToken({ namespace, id: seen.id, secret: parts.tokens.newSecret() })
    const hash = await parts.hasher.hash({ id: seen.id, token })
    const sealed = await sealToken(
      parts,
      { id: seen.id, environment, organizationId: organizationOf(seen.owner) },
      token,
    )
    const scope = { verb: 'rotate', actor: live.actor, organizationId: organizationOf(seen.owner) } as const
    return {
      once: requestOnce(scope, options, { id: seen.id, graceMs }),
      decide: (record, { now }) => {
        if (policy !== null) requirePolicy({ after: record, before: null }, policy, now)
        if (graceMs > 0) requireDelivered(record)
        const until = new Date(now.getTime() + graceMs)
        return {
          // Without grace it is kept as well, so that its use can be recognised; with no end to its time, for a
          // clock that is set back would put that into the future.
          write: {
            hash,
            sealed,
            previousHash: record.hash,
            previousHashExpiresAt: graceMs === 0 ? null : until,
            // The new token has the format of today, whatever the one before had.
            environment,
            preview: previewOf(namespace, seen.id),
          },
          audit: [{ type: 'api_key.rotated', data: { previousTokenExpiresAt: until.toISOString() } }],
        }
      },
    }
  })
  return { key, token: new Secret(token) }
}
