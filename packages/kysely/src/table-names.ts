import type { KeyTables } from './tables.js'

/** Where the tables are. */
export interface TableOptions {
  /** Put before each table's name: lower-case letters, digits and `_`. @defaultValue '' */
  readonly tablePrefix?: string | undefined
}

/**
 * The tables' names with their prefix, typed as if they had none: the columns are the same.
 *
 * @throws TypeError for a prefix that is not a plain name.
 */
export function tableNames({ tablePrefix = '' }: TableOptions): { readonly [K in keyof KeyTables]: K } {
  if (!/^([a-z][a-z0-9_]{0,31})?$/.test(tablePrefix))
    throw new TypeError('tablePrefix: expected a plain lower-case name')
  const named = <K extends keyof KeyTables>(name: K): K => `${tablePrefix}${name}` as K // same columns, other name
  return {
    api_keys: named('api_keys'),
    api_key_audit: named('api_key_audit'),
    api_key_counters: named('api_key_counters'),
    api_key_usage: named('api_key_usage'),
    api_key_usage_batches: named('api_key_usage_batches'),
    api_key_requests: named('api_key_requests'),
  }
}
