import { authorityRights, type Rights } from '../access/index.js'
import { checkId } from '../input/index.js'
import { type OwnerAuthority, patternsOf } from '../verify/index.js'
import type { KeyringParts } from './parts.js'

/**
 * What somebody with these scopes and roles may do, implications included: for layers above, whose callers come from the
 * host's own login.
 *
 * @throws InvalidInput; what a role's own function throws.
 */
export async function rightsOf(
  { access }: KeyringParts,
  { scopes = [], roles = [] }: Pick<OwnerAuthority, 'scopes' | 'roles'>,
  organizationId: unknown,
): Promise<Rights> {
  const id = checkId(organizationId, 'organizationId')
  return authorityRights(access, await patternsOf(access, { scopes, roles }, id))
}
