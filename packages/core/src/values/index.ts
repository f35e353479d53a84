export type { AuditContext, AuditDraft, AuditRecord, AuditType } from './audit.js'
export { copyOf } from './copy-of.js'
export type { Grants, ResourceGrant, ResourceRef } from './grants.js'
export { isTextList } from './is-text-list.js'
export type { JsonObject, JsonValue } from './json.js'
export type {
  Key,
  KeyHistory,
  KeyIdentity,
  KeyRecord,
  KeySecrets,
  KeySettings,
  KeyStatus,
  StoredStatus,
} from './key.js'
export type { Actor, Owner } from './owner.js'
export type { RateLimit } from './rate-limit.js'
export type { ToolCall } from './tool-call.js'
