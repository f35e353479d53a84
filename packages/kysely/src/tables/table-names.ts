import { InvalidOptions } from '@keywright/core'
import { checkNames, type NamesOf } from '@keywright/core/adapter'
import type { KeyTables } from './key-tables.js'

/** Options of {@link kyselyStore} and {@link migrateToLatest}. Give both the same. */
export interface TableOptions {
  /**
   * Put before the name of each table and index: up to 32 lower-case letters, digits and `_`, starting with a letter.
   * @defaultValue '' (no prefix)
   */
  readonly tablePrefix?: string | undefined
  /**
   * The schema of the tables, on PostgreSQL alone: 1 to 63 letters, digits, `_` and `-`. `migrateToLatest` creates it if it is not
   * there. @defaultValue the first schema of the connection's `search_path`
   */
  readonly schema?: string | undefined
  /** The dialect of `db`. Give it only where Keywright asks for it. @defaultValue the one whose SQL `db` writes */
  readonly dialect?: DialectName | undefined
}

/** The dialects of SQL that there are. MariaDB speaks that of MySQL. */
export type DialectName = 'sqlite' | 'postgres' | 'mysql'

/** The names of {@link TableOptions}. */
export const tableOptionNames: NamesOf<TableOptions> = { tablePrefix: true, schema: true, dialect: true }
const dialectNames: readonly unknown[] = ['sqlite', 'postgres', 'mysql'] satisfies DialectName[]

/** The tables' names with their prefix, typed as if they had none: the columns are the same. */
export type TableNames = { readonly [K in keyof KeyTables]: K }

/** @throws {@link InvalidOptions} when an option is unknown, a name is not plain, or the dialect is unknown. */
export function checkTableOptions(options: TableOptions): void {
  checkNames(options, tableOptionNames)
  const { tablePrefix = '', schema, dialect } = options
  if (typeof tablePrefix !== 'string' || !/^([a-z][a-z0-9_]{0,31})?$/.test(tablePrefix))
    throw new InvalidOptions('tablePrefix', 'up to 32 lower-case letters, digits and _, starting with a letter')
  if (schema !== undefined && (typeof schema !== 'string' || !/^[A-Za-z0-9_-]{1,63}$/.test(schema)))
    throw new InvalidOptions('schema', 'the name of a schema: 1 to 63 letters, digits, _ and -')
  if (dialect !== undefined && !dialectNames.includes(dialect))
    throw new InvalidOptions('dialect', "'postgres', 'mysql' or 'sqlite'")
}

/** Without a schema, the database looks for the tables itself. */
export function tableNames({ tablePrefix = '', schema }: TableOptions): TableNames {
  const place = schema === undefined ? '' : `${schema}.`
  const named = <K extends keyof KeyTables>(name: K): K => `${place}${tablePrefix}${name}` as K // same columns, other name
  return {
    api_keys: named('api_keys'),
    api_key_terms: named('api_key_terms'),
    api_key_last_uses: named('api_key_last_uses'),
    api_key_audit: named('api_key_audit'),
    api_key_audit_starts: named('api_key_audit_starts'),
    api_key_counters: named('api_key_counters'),
    api_key_rotations: named('api_key_rotations'),
    api_key_previous_uses: named('api_key_previous_uses'),
    api_key_notices: named('api_key_notices'),
    api_key_usage: named('api_key_usage'),
    api_key_refusals: named('api_key_refusals'),
    api_key_usage_batches: named('api_key_usage_batches'),
    api_key_requests: named('api_key_requests'),
    api_key_checks: named('api_key_checks'),
    api_key_budgets: named('api_key_budgets'),
    api_key_webhooks: named('api_key_webhooks'),
    api_key_events: named('api_key_events'),
    api_key_deliveries: named('api_key_deliveries'),
    api_key_migrations: named('api_key_migrations'),
  }
}

/** A table's name without its schema: what indexes and triggers are named after. */
export function withoutSchema(table: string): string {
  return table.slice(table.lastIndexOf('.') + 1)
}

/** A table's name as PostgreSQL reads it from a text: the parts were checked, and hold neither quotes nor dots. */
export function quotedTable(table: string): string {
  const parts = table.split('.').map((part) => `"${part}"`)
  return parts.join('.')
}
