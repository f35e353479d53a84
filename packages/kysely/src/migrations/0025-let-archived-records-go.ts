import type { Statement, StepContext } from './step.js'

/** The audit table lets a record go, once its log begins after it. */
export function letArchivedRecordsGo({ dialect, tables, triggers }: StepContext): readonly Statement[] {
  return triggers ? dialect.letArchivedGo(tables.api_key_audit, tables.api_key_audit_starts) : []
}
