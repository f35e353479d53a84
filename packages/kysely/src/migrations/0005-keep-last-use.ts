import type { Statement, StepContext } from './step.js'

/**
 * The last use of a key, beside the counts of its hours. What `api_keys` has of it stays there and is read, too: processes of the
 * version before may still write it. No row is rewritten.
 */
export function keepLastUse({ db, tables }: StepContext): readonly Statement[] {
  return [db.schema.alterTable(tables.api_key_usage).addColumn('last_used_at', 'bigint')]
}
