export type { AuditFilter } from './audit-filter.js'
export type {
  AuditCheckpoint,
  AuditListQuery,
  AuditLog,
  AuditPage,
  AuditVerdict,
  AuditVerifyQuery,
} from './audit-log.js'
export type { Created } from './create.js'
export type { CreateInput, CreateLikeInput, GrantsInput, ResourceGrantsInput, SettingsInput } from './create-input.js'
export type { Finding } from './doctor.js'
export type { KeyringEvent, OnEvent } from './event.js'
export type { ExportQuery } from './export-audit.js'
export type { ImportInput } from './import-key.js'
export type { ImportOptions } from './import-settings.js'
export type { CacheOptions } from './key-reader.js'
export { createKeyring, type Keyring, type VerifyOptions } from './keyring.js'
export type { ListPage, ListQuery } from './list.js'
export type { ManageOptions, Within } from './manage-options.js'
export type { Offer } from './offer.js'
export type { KeyringOptions, TokenFormat } from './options.js'
export type { PlanInput, ResolvePlan } from './plans.js'
export type { OwnerAuthority, ResolveOwner } from './resolve-authority.js'
export type { RevokeOptions } from './revoke.js'
export type { Rewrapped } from './rewrap.js'
export type { RotateOptions } from './rotate.js'
export type { Stats, UsageQuery } from './stats.js'
export type { UpdateInput } from './update.js'
export type { Refusal, RefusalCode, Verdict } from './verdict.js'
