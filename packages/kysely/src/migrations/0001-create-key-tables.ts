import type { KeyTables } from '../tables/key-tables.js'
import { withoutSchema } from '../tables/table-names.js'
import type { Statement, StepContext } from './step.js'

/** The tables of the first release. */
export function createKeyTables({ db, dialect, tables, triggers }: StepContext): readonly Statement[] {
  const { text, longText, appendOnly } = dialect
  const named = (table: keyof KeyTables, part: string): string => `${withoutSchema(tables[table])}_${part}`
  return [
    db.schema
      .createTable(tables.api_keys)
      .addColumn('id', text(64), (column) => column.primaryKey().notNull())
      .addColumn('environment', text(32))
      .addColumn('preview', text(128), (column) => column.notNull())
      .addColumn('name', text(400), (column) => column.notNull())
      .addColumn('description', longText)
      .addColumn('owner_type', text(16), (column) => column.notNull())
      .addColumn('owner_id', text(255), (column) => column.notNull())
      .addColumn('organization_id', text(255), (column) => column.notNull())
      .addColumn('status', text(16), (column) => column.notNull())
      .addColumn('scopes', longText)
      .addColumn('roles', longText)
      .addColumn('resources', longText)
      .addColumn('preset', text(64))
      .addColumn('metadata', longText)
      .addColumn('expires_at', 'bigint')
      .addColumn('ip_allow_list', longText)
      .addColumn('rate_limits', longText)
      .addColumn('created_by_type', text(16), (column) => column.notNull())
      .addColumn('created_by_id', text(255), (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addColumn('disabled_at', 'bigint')
      .addColumn('revoked_at', 'bigint')
      .addColumn('revoked_reason', longText)
      .addColumn('deleted_at', 'bigint')
      .addColumn('last_used_at', 'bigint')
      .addColumn('hash', longText)
      .addColumn('previous_hash', longText)
      .addColumn('previous_hash_expires_at', 'bigint')
      .addColumn('lookup_digest', text(128), (column) => column.unique())
      .addColumn('sealed', longText)
      .addColumn('version', 'integer', (column) => column.notNull()),
    db.schema
      .createIndex(named('api_keys', 'by_organization'))
      .on(tables.api_keys)
      .columns(['organization_id', 'created_at', 'id']),
    db.schema
      .createIndex(named('api_keys', 'by_owner'))
      .on(tables.api_keys)
      .columns(['organization_id', 'owner_type', 'owner_id', 'created_at', 'id']),
    db.schema
      .createTable(tables.api_key_audit)
      .addColumn('organization_id', text(255), (column) => column.notNull())
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .addColumn('key_id', text(64))
      .addColumn('type', text(64), (column) => column.notNull())
      .addColumn('actor_type', text(16), (column) => column.notNull())
      .addColumn('actor_id', text(255), (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('event', longText, (column) => column.notNull())
      .addColumn('hash', text(64), (column) => column.notNull())
      .addPrimaryKeyConstraint(named('api_key_audit', 'pk'), ['organization_id', 'seq']),
    db.schema
      .createTable(tables.api_key_counters)
      .addColumn('organization_id', text(255), (column) => column.primaryKey().notNull())
      .addColumn('created', 'bigint', (column) => column.notNull())
      .addColumn('audit_seq', 'bigint', (column) => column.notNull())
      .addColumn('audit_hash', text(64), (column) => column.notNull())
      .addColumn('touched', 'bigint', (column) => column.notNull().defaultTo(0)),
    db.schema
      .createIndex(named('api_key_audit', 'by_key'))
      .on(tables.api_key_audit)
      .columns(['organization_id', 'key_id', 'seq']),
    ...(triggers ? appendOnly(tables.api_key_audit) : []),
    db.schema
      .createTable(tables.api_key_usage)
      .addColumn('organization_id', text(255), (column) => column.notNull())
      .addColumn('key_id', text(64), (column) => column.notNull())
      .addColumn('hour', 'bigint', (column) => column.notNull())
      .addColumn('count', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint(named('api_key_usage', 'pk'), ['organization_id', 'key_id', 'hour']),
    db.schema
      .createIndex(named('api_key_usage', 'by_hour'))
      .on(tables.api_key_usage)
      .columns(['organization_id', 'hour']),
    db.schema
      .createTable(tables.api_key_usage_batches)
      .addColumn('id', text(64), (column) => column.primaryKey().notNull())
      .addColumn('claim', text(64), (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull()),
    db.schema
      .createTable(tables.api_key_requests)
      .addColumn('id', text(64), (column) => column.primaryKey().notNull())
      .addColumn('fingerprint', text(64), (column) => column.notNull())
      .addColumn('key_id', text(64), (column) => column.notNull())
      .addColumn('claim', text(64), (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull()),
    db.schema.createIndex(named('api_key_requests', 'by_time')).on(tables.api_key_requests).column('at'),
  ]
}
