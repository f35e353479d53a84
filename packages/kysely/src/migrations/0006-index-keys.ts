import type { Columns } from './replace-indexes.js'
import { replaceIndexes } from './replace-indexes.js'
import type { Statement, StepContext } from './step.js'

const ofOwner = ['organization_id', 'owner_type', 'owner_id'] as const
/** A page of a list, newest or oldest first. `expires_at` tells active keys from expired ones without their rows. */
const paged = ['status', 'created_at', 'id', 'expires_at'] as const
/** A count by status. The limit of a plan counts live keys only, and reads nothing of those that ended. */
const counted = ['status', 'expires_at', 'id'] as const

const indexes: Readonly<Record<string, Columns<'api_keys'>>> = {
  by_status: paged, // lists across organisations; rewrap
  by_organization_status: ['organization_id', ...paged], // lists of an organisation
  by_owner_status: [...ofOwner, ...paged], // lists of an owner
  count_by_organization: ['organization_id', ...counted], // limits of plans and stats
  count_by_owner: [...ofOwner, ...counted], // the same, of one owner
}

/** Indexes by which lists and counts of keys read only what they return. The two of the first release served lists of any status. */
export function indexKeys(context: StepContext): readonly Statement[] {
  return replaceIndexes(context, 'api_keys', { make: indexes, drop: ['by_organization', 'by_owner'] })
}
