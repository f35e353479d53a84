export { type AuditRow, auditRow, parseAuditRow } from './audit-row.js'
export { changedColumns, type FoundKeyRow, newRow, parseRow } from './key-columns.js'
export type { KeyRow } from './key-row.js'
export { instantOf, sumOf, wholeNumberOf } from './whole-number.js'
