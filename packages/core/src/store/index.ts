export type {
  AuditQuery,
  ChangeRequest,
  Decision,
  DecisionContext,
  Found,
  InsertRequest,
  KeyChanges,
  KeyHash,
  KeyPage,
  KeyQuery,
  KeyStore,
  NewKey,
  QuotaScope,
} from './key-store.js'
export { countsTowardsLimit, isExpired, isPast, organizationOf } from './lifetime.js'
export { auditEvent, type ChainHead, emptyChain, linkAudit } from './link-audit.js'
export { readRecord, type StoredFields } from './read-record.js'
