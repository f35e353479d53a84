import type { Owner } from '@keywright/core'
import { organizationOf } from '@keywright/core/store'
import { type Sql, sql } from '../sql/sql.js'

/** Whether the key `k` is of this owner. Indexes begin with these. */
export function ownedBy(owner: Owner): readonly Sql[] {
  return [
    sql`k.organization_id = ${organizationOf(owner)}`,
    sql`k.owner_type = ${owner.type}`,
    sql`k.owner_id = ${owner.id}`,
  ]
}
