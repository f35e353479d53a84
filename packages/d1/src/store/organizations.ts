import type { Database } from '../driver/database.js'
import { sql } from '../sql/sql.js'

/** A page of the organizations that have ever had a key or an audit record, in the order of their bytes. */
export async function loadOrganizations(
  db: Database,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<readonly string[]> {
  const begin = after === null ? sql`1 = 1` : sql`organization_id > ${after}`
  const [rows = []] = await db.read([
    sql`select organization_id from api_key_counters where ${begin} order by organization_id limit ${limit}`,
  ])
  return rows.map((row) => String(row.organization_id))
}
