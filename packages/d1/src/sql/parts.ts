import { join, raw, type Sql, sql, type Value } from './sql.js'

/** The database's clock, in milliseconds since 1970. `julianday` counts whole ones: rounding removes what the division by a day adds. */
export const now: Sql = {
  texts: [`cast(round((julianday('now') - 2440587.5) * 86400000) as integer)`],
  values: [],
}

/** When the key `k` was last used; `null`: never. */
export const usedAt: Sql = {
  texts: ['(select nullif(u.last_used_at, 0) from api_key_last_uses as u where u.key_id = k.id)'],
  values: [],
}

/** When the token of the key `k` before its last rotation was last used; `null`: it was not, or there is none. */
export const previousUsedAt: Sql = {
  texts: [
    '(select p.last_used_at from api_key_previous_uses as p where p.key_id = k.id and p.until = k.previous_hash_expires_at)',
  ],
  values: [],
}

/** All of these conditions. */
export function all(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? raw('1 = 1') : join(conditions, ' and ')
}

/** Inserts a row, by the names of its columns. */
export function insertRow(table: string, row: Readonly<Record<string, Value>>): Sql {
  return sql`insert into ${raw(table)} (${raw(Object.keys(row).join(', '))}) values (${join(Object.values(row), ', ')})`
}

/** A list as one value, whatever its length. In SQL: `json_each(…)`. */
export function list(items: readonly unknown[]): Sql {
  return sql`json_each(${JSON.stringify(items)})`
}
