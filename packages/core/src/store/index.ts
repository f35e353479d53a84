export type { InvalidationBus } from './invalidation-bus.js'
export type {
  AuditQuery,
  ChangeRequest,
  Decision,
  DecisionContext,
  Found,
  HourOfUse,
  InsertRequest,
  KeyChanges,
  KeyHash,
  KeyPage,
  KeyQuery,
  KeyStore,
  KeyUse,
  KnownPrefixes,
  NewKey,
  Once,
  QuotaScope,
  StoreInspection,
  StoreStats,
  UseQuery,
} from './key-store.js'
export { countsTowardsLimit, firstRecentHour, hourOf, isExpired, isPast, organizationOf } from './lifetime.js'
export { auditEvent, type ChainHead, emptyChain, linkAudit } from './link-audit.js'
export { readRecord, type StoredFields } from './read-record.js'
