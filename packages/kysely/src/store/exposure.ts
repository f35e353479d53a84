import { sql } from 'kysely'
import { quotedTable } from '../tables/table-names.js'
import type { StoreContext } from './context.js'

/**
 * Names the tables that other roles have rights on, and the roles; `null` if there are none. Whoever may write a row can give a
 * key any right. Some platforms grant all tables to the roles of their public API. Only PostgreSQL is asked.
 */
export async function loadExposure({ db, tables, dialect }: StoreContext): Promise<string | null> {
  if (dialect.name !== 'postgres') return null
  const ours = sql.join(Object.values(tables).map((table) => sql`to_regclass(${quotedTable(table)})`))
  // The user may get its rights through a group. If it owns the tables, it needs no group, and each grant is for somebody else.
  const isOfUser = sql`case
      when a.grantee = 0 then false
      when r.rolname = current_user then true
      when pg_get_userbyid(c.relowner) = current_user then false
      else pg_has_role(a.grantee, 'usage') end`
  const { rows } = await sql<{ table: string; role: string }>`
    select distinct c.relname as "table", coalesce(r.rolname, 'PUBLIC') as "role"
    from pg_class as c cross join lateral aclexplode(c.relacl) as a left join pg_roles as r on r.oid = a.grantee
    where c.oid in (${ours}) and a.grantee <> c.relowner and r.rolsuper is not true and not ${isOfUser}
    order by 1, 2`.execute(db)
  if (rows.length === 0) return null
  const roles = new Map<string, string[]>()
  for (const { table, role } of rows) roles.set(table, [...(roles.get(table) ?? []), role])
  const named = [...roles].map(([table, names]) => `${table} (${names.join(', ')})`).join('; ')
  return `Other database roles have rights on these tables: ${named}. Revoke them: revoke all on each table from each role.`
}
