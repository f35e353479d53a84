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
export type { Hasher, HashInput, HashVerdict, HmacSha256Options } from './crypto/index.js'
export { hmacSha256, Secret, sha256 } from './crypto/index.js'
export type { KeyErrorCode } from './errors/index.js'
export {
  InvalidInput,
  InvalidOptions,
  InvalidState,
  isKeyError,
  KeyError,
  KeyNotFound,
  OutcomeUnknown,
  ScopeUnknown,
  StoreUnavailable,
} from './errors/index.js'
export type { Gate, GateOptions, GateRequest, GateVerdict } from './http/index.js'
export { createGate } from './http/index.js'
export type {
  Created,
  CreateInput,
  GrantsInput,
  Keyring,
  KeyringEvent,
  KeyringOptions,
  ListPage,
  ListQuery,
  ManageOptions,
  OnEvent,
  OwnerAuthority,
  Refusal,
  RefusalCode,
  ResolveOwner,
  RevokeOptions,
  UpdateInput,
  Verdict,
  VerifyOptions,
  Within,
} from './service/index.js'
export { createKeyring } from './service/index.js'
export type { KeyStore } from './store/index.js'
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
