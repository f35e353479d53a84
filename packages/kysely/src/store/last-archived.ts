import { type RawBuilder, sql } from 'kysely'
import type { TableNames } from '../tables/table-names.js'

/** The number of the last record that is not in the log of an organization any more; before all records, if none has left it. */
export function lastArchived(tables: TableNames, organizationId: string): RawBuilder<number> {
  return sql<number>`coalesce((select started.seq from ${sql.table(tables.api_key_audit_starts)} as started
    where started.organization_id = ${organizationId}), ${sql.lit(Number.MIN_SAFE_INTEGER)})`
}
