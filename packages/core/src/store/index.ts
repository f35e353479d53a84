export { type Advice, adviceOn } from './advice.js'
export type { InvalidationBus } from './invalidation-bus.js'
export type {
  AuditQuery,
  ChangeRequest,
  Decision,
  DecisionContext,
  FindWanted,
  Found,
  InsertRequest,
  KeyChanges,
  KeyFilter,
  KeyHash,
  KeyPlace,
  KeyRefusals,
  KeySort,
  KeyStore,
  KeyUsage,
  KeyUsageRequest,
  KnownPrefixes,
  ListedStatus,
  NewKey,
  Once,
  PreviousUse,
  QuotaScope,
  RefusalCount,
  RefusalRequest,
  StatsRequest,
  StoredKeyPage,
  StoredKeyQuery,
  StoreInspection,
  StoreInTransaction,
  StoreStats,
  TopKey,
  TopRequest,
  UsageHour,
  UsageRequest,
} from './key-store.js'
export { inByteOrder, type KeyTerm, sortName, soughtWords, tagTerm, termsOf } from './key-terms.js'
export { toKey } from './key-view.js'
export {
  countsTowardsLimit,
  dayMs,
  firstRecentHour,
  hourMs,
  hourOf,
  isExpired,
  isPast,
  isSameActor,
  isSameOwner,
  lateHoursMs,
  organizationOf,
  placeOfDay,
  requestMemoryMs,
} from './lifetime.js'
export { type AuditCheckpoint, type AuditKey, auditEvent, emptyChain, isCheckpoint, linkAudit } from './link-audit.js'
export { madeHere } from './made-here.js'
export { readRecord, type StoredFields } from './read-record.js'
export { reasonOf } from './reason-of.js'
export { wrapStoreErrors } from './store-errors.js'
export type { StoreEvent } from './store-event.js'
export type {
  AuditStartMove,
  DaysAnswer,
  DaysRequest,
  OldCounts,
  OldRequest,
  OrganizationSweep,
  StoreRetention,
} from './store-retention.js'
