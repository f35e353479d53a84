import { type RawBuilder, sql } from 'kysely'
import type { TableNames } from './table-names.js'

/**
 * When the token before the last rotation of the key of each row was last used: a seek, for keys that have such a token. `null`: it was
 * not, or there is none.
 *
 * @param keys - What the statement calls `api_keys`.
 */
export function previousUseOf(
  { api_keys, api_key_previous_uses }: TableNames,
  keys: string = api_keys,
): RawBuilder<number | null> {
  const ofKey = (column: string) => sql.ref(`${keys}.${column}`)
  return sql<number | null>`case when ${ofKey('previous_hash_expires_at')} is not null then (select former.last_used_at
    from ${sql.table(api_key_previous_uses)} as former where former.key_id = ${ofKey('id')}
    and former.until = ${ofKey('previous_hash_expires_at')}) end`
}

/**
 * When the key of each row of `api_keys` was last used: one seek to its last hour. `null`: not since uses are written there.
 *
 * @param keys - What the statement calls `api_keys`.
 */
export function lastUseOf({ api_keys, api_key_usage }: TableNames, keys: string = api_keys): RawBuilder<number | null> {
  const ofKey = (column: string) => sql.ref(`${keys}.${column}`)
  return sql<number | null>`(select used.last_used_at from ${sql.table(api_key_usage)} as used
    where used.organization_id = ${ofKey('organization_id')} and used.key_id = ${ofKey('id')}
    order by used.hour desc limit 1)`
}
