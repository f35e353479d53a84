export {
  type Access,
  type AccessDefinition,
  type Delegation,
  defineAccess,
  type LevelsOf,
  type PresetOf,
  type Principal,
  type Register,
  type RegisteredAccess,
  type RoleOf,
  type ScopeOf,
  type ScopePattern,
} from '../access/index.js'
export {
  type FetchConnection,
  type FetchGate,
  type FetchGateOptions,
  type FetchVerdict,
  fetchGate,
} from '../adapter/index.js'
export {
  type AuditFilter,
  type AuditKeyRing,
  type AuditListQuery,
  type AuditLog,
  type AuditPage,
  type AuditVerdict,
  type AuditVerifyQuery,
  type ExportQuery,
  type VerifyAuditExportOptions,
  verifyAuditExport,
} from '../audit/index.js'
export type { BindingInput } from '../bindings/index.js'
export type {
  BudgetInput,
  BudgetRefillInput,
  BudgetReservation,
  BudgetState,
  ReservedPart,
} from '../budgets/index.js'
export type { CacheOptions } from '../cache/index.js'
export {
  type ForeignFormat,
  type FormerFormat,
  type Hasher,
  type HashInput,
  type HashVerdict,
  type HmacSha256Options,
  hmacSha256,
  type ImportOptions,
  type PartFormat,
  type SealContext,
  type Sealer,
  type SealerOptions,
  Secret,
  sealer,
  sha256,
} from '../crypto/index.js'
export type { DelegateOptions } from '../delegates/index.js'
export type {
  DueMethods,
  DueOptions,
  DueProgress,
  DueResult,
  KeyNotice,
  NoticesOptions,
  Rotation,
  RotationDelivery,
  RotationOptions,
} from '../due/index.js'
export {
  HostUnavailable,
  InvalidInput,
  InvalidOptions,
  InvalidState,
  isKeyError,
  KeyChanged,
  KeyError,
  type KeyErrorCode,
  KeyLocked,
  KeyNotFound,
  type ObstructiveStatus,
  OutcomeUnknown,
  PlanLimitReached,
  type PolicyBreach,
  PolicyViolated,
  RequestRepeated,
  RevealUnavailable,
  ScopeExceedsActor,
  ScopeUnknown,
  StoreUnavailable,
  TransactionLost,
  UsageLost,
  WrongPepper,
} from '../errors/index.js'
export type { KeyGroup, RevokeAllInput, RevokeAllOptions, RevokedAll, TransferInput } from '../handover/index.js'
export {
  createGate,
  type Gate,
  type GateOptions,
  type GatePrincipal,
  type GateRefusal,
  type GateRequest,
  type GateVerdict,
  type TrustedProxies,
  type TrustProxy,
} from '../http/index.js'
export type { ChangeOptions, KeyBoundary, ManageOptions, PageQuery, TrialOptions } from '../input/index.js'
export {
  createKeyring,
  type Keyring,
  type KeyringInTransaction,
  type KeyringOptions,
} from '../keyring/index.js'
export type {
  DelegateFound,
  LeakOptions,
  LeakOutcome,
  LeakReport,
  RevokedToken,
  RevokeTokenOptions,
  TokenEnd,
} from '../leaks/index.js'
export type { DisableInput, RevokeInput } from '../lifecycle/index.js'
export {
  type FailureBound,
  type FailureLimiter,
  type FailureVerdict,
  type MemoryFailureLimiterOptions,
  type MemoryRateLimiterOptions,
  memoryFailureLimiter,
  memoryRateLimiter,
  type RateLimiter,
  type RateLimitPolicy,
  type RateLimitState,
  type RateLimitVerdict,
  type RefusedAttempt,
  type ReservedAttempt,
} from '../limits/index.js'
export type {
  CopyKeyInput,
  CreatedKey,
  CreateInput,
  GrantsInput,
  ImportInput,
  ImportResult,
  RotateInput,
  SettingsInput,
  UpdateInput,
} from '../manage/index.js'
export { type MemoryStoreOptions, memoryStore } from '../memory/index.js'
export type { DelegatedToken, DelegateInput, Delegating } from '../minting/index.js'
export type { PlanBudgets, PlanInput, ResolvePlan } from '../plans/index.js'
export type { KeyPolicy, PolicyInput } from '../policy/index.js'
export type {
  DpopChecker,
  DpopFault,
  DpopQuestion,
  DpopVerdict,
  MtlsOptions,
  ProofChallenge,
  ProofFault,
  ProofInput,
  ProofOptions,
} from '../proof/index.js'
export type {
  DoctorFinding,
  KeyPage,
  KeyQuery,
  KeySelection,
  KeyStats,
  KeysUsageQuery,
  KeyUsageSeries,
  SpanQuery,
  StatsQuery,
  TopKeysQuery,
  UsagePoint,
  UsageQuery,
  UsedKey,
} from '../reads/index.js'
export type { VerifyOptions } from '../requests/index.js'
export type {
  ArchivePart,
  BrokenLog,
  PruneAuditQuery,
  PruneOptions,
  PruneProgress,
  PruneQuery,
  PruneResult,
} from '../retention/index.js'
export type { RotationSchedule } from '../rotations/index.js'
export type { RewrapResult } from '../sealing/index.js'
export type {
  BudgetGetOptions,
  BudgetOptions,
  BudgetQuery,
  BudgetSource,
  GrantOptions,
  KeyringBudgets,
  ReserveResult,
} from '../spending/index.js'
export type { AuditCheckpoint, KeySort } from '../store/index.js'
export type {
  Actor,
  AuditContext,
  AuditDraft,
  AuditRecord,
  AuditType,
  Budget,
  BudgetHolder,
  BudgetRefill,
  Grants,
  JsonObject,
  JsonValue,
  Key,
  KeyBinding,
  KeyRecord,
  KeyStatus,
  Owner,
  RateLimit,
  RateLimitHolder,
  ResourceGrant,
  ResourceRef,
  StandardRateLimit,
  ToolCall,
} from '../values/index.js'
export type { Refusal, RefusalCode, Verdict } from '../verdict/index.js'
export type {
  KeyringEvent,
  OnEvent,
  OwnerAuthority,
  RequestFacts,
  ResolveOwner,
} from '../verify/index.js'
