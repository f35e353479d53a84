import { authorityRights, type Rights } from '../access/index.js'
import { checkId } from './check-input.js'
import type { Settings } from './options.js'
import { type OwnerAuthority, rolePatterns } from './resolve-authority.js'

/**
 * What somebody with these scopes and roles may do, implications included: for layers above, whose callers come from the
 * host's own login.
 *
 * @throws InvalidInput; what a role's own function throws.
 */
export async function rightsOf(
  { access }: Settings,
  { scopes = [], roles = [] }: Pick<OwnerAuthority, 'scopes' | 'roles'>,
  organizationId: unknown,
): Promise<Rights> {
  const id = checkId(organizationId, 'organizationId')
  return authorityRights(access, [...scopes, ...(await rolePatterns(access, roles, id))])
}
