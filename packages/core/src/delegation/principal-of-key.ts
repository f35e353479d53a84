import { createPrincipal, grantedRights, type Principal } from '../access/index.js'
import { isExpired, organizationOf, toKey } from '../store/index.js'
import { patternsOf, resolveAuthority } from '../verify/index.js'
import type { DelegationParts } from './parts.js'

/** What a key may do now, without its token; or why it may do nothing. */
export type KeyRights =
  | { readonly ok: true; readonly principal: Principal }
  | {
      readonly ok: false
      readonly code:
        | ('key_deleted' | 'key_revoked' | 'key_disabled' | 'key_expired' | 'key_damaged')
        | ('environment_unknown' | 'owner_inactive')
    }

/**
 * Tells what a key may do now, for work that is done in its name: the same rights that a verification would find. It reads the
 * primary store, never a cache.
 *
 * @throws what the store and the host throw: then nothing is known.
 */
export async function principalOfKey(
  parts: Pick<DelegationParts, 'access' | 'resolveOwner' | 'environmentOf' | 'store'>,
  id: string,
): Promise<KeyRights> {
  const { access, resolveOwner, environmentOf, store } = parts
  const found = await store.find(id)
  if (found === null || found.record.status === 'deleted') return { ok: false, code: 'key_deleted' }
  const { record, now } = found
  if (record.status === 'revoked') return { ok: false, code: 'key_revoked' }
  if (record.status !== 'active') return { ok: false, code: 'key_disabled' }
  if (environmentOf.get(record.environment) === undefined) return { ok: false, code: 'environment_unknown' }
  if (isExpired(record, now)) return { ok: false, code: 'key_expired' }
  if (record.damaged.length > 0) return { ok: false, code: 'key_damaged' }
  const { owner, grants } = record
  const [authority, patterns] = await Promise.all([
    resolveAuthority(access, resolveOwner, owner),
    patternsOf(access, grants, organizationOf(owner)),
  ])
  if (authority === null) return { ok: false, code: 'owner_inactive' }
  const granted = grantedRights(access, patterns)
  return { ok: true, principal: createPrincipal({ access, record, now, view: toKey, granted, authority }) }
}
