import { type RawBuilder, sql } from 'kysely'

/**
 * Which table of which database a session finds under a name, on PostgreSQL: a standby has both under the same numbers as its primary.
 * A replica may be a copy of the right server, and yet another database of it, or another schema, be read there.
 *
 * @param table - With or without a schema, as in `auth.api_keys`.
 */
export function tableIdentity(table: string): RawBuilder<string> {
  const quoted = table
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.')
  return sql<string>`(select concat(oid, '/', cast(to_regclass(${sql.lit(quoted)}) as oid)) from pg_database
    where datname = current_database())`
}
