export type {
  Access,
  AccessDefinition,
  LevelsOf,
  PresetOf,
  Principal,
  Register,
  RegisteredAccess,
  RoleOf,
  ScopeOf,
  ScopePattern,
} from './access/index.js'
export { defineAccess } from './access/index.js'
export type {
  ForeignFormat,
  Hasher,
  HashInput,
  HashVerdict,
  HmacSha256Options,
  SealContext,
  Sealer,
  SealerOptions,
} from './crypto/index.js'
export { hmacSha256, Secret, sealer, sha256 } from './crypto/index.js'
export type { KeyErrorCode } from './errors/index.js'
export {
  InvalidInput,
  InvalidOptions,
  InvalidState,
  isKeyError,
  KeyError,
  KeyNotFound,
  OutcomeUnknown,
  PlanLimitReached,
  RevealUnavailable,
  ScopeExceedsActor,
  ScopeUnknown,
  StoreUnavailable,
} from './errors/index.js'
export type { Gate, GateOptions, GateRequest, GateVerdict } from './http/index.js'
export { createGate } from './http/index.js'
export type {
  MemoryRateLimiterOptions,
  RateLimiter,
  RateLimitPolicy,
  RateLimitState,
  RateLimitVerdict,
} from './limits/index.js'
export { memoryRateLimiter } from './limits/index.js'
export type {
  AuditCheckpoint,
  AuditFilter,
  AuditListQuery,
  AuditLog,
  AuditPage,
  AuditVerdict,
  AuditVerifyQuery,
  Created,
  CreateInput,
  CreateLikeInput,
  ExportQuery,
  Finding,
  GrantsInput,
  ImportInput,
  ImportOptions,
  Keyring,
  KeyringEvent,
  KeyringOptions,
  ListPage,
  ListQuery,
  ManageOptions,
  OnEvent,
  OwnerAuthority,
  PlanInput,
  Refusal,
  RefusalCode,
  ResolveOwner,
  ResolvePlan,
  RevokeOptions,
  Rewrapped,
  RotateOptions,
  SettingsInput,
  Stats,
  UpdateInput,
  UsageQuery,
  Verdict,
  VerifyOptions,
  Within,
} from './service/index.js'
export { createKeyring } from './service/index.js'
export type { HourOfUse, KeyStore } from './store/index.js'
export { type MemoryStoreOptions, memoryStore } from './store/memory-index.js'
export type {
  Actor,
  AuditContext,
  AuditDraft,
  AuditRecord,
  AuditType,
  Grants,
  JsonObject,
  JsonValue,
  Key,
  KeyRecord,
  KeyStatus,
  Owner,
  RateLimit,
  ResourceGrant,
  ResourceRef,
} from './values/index.js'
