import type { Owner } from '@keywright/core'
import { organizationOf } from '@keywright/core/store'
import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import type { KeyTables } from '../tables/key-tables.js'

/** Whether a key is of this owner. */
export function ownedBy(eb: ExpressionBuilder<KeyTables, 'api_keys'>, owner: Owner): Expression<SqlBool> {
  return eb.and({ organization_id: organizationOf(owner), owner_type: owner.type, owner_id: owner.id })
}
