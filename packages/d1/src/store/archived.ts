import { raw, type Sql, sql } from '../sql/sql.js'

/** The number of the last record that is not in a log any more; before all records, if none has left it. */
export function archived(organizationId: string): Sql {
  return sql`coalesce((select started.seq from api_key_audit_starts as started
    where started.organization_id = ${organizationId}), ${raw(String(Number.MIN_SAFE_INTEGER))})`
}
