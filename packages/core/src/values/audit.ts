import type { JsonObject } from './json.js'
import type { Actor } from './owner.js'

/** What can happen to a key, or be done with it, as the audit log names it. Added to, never renamed. */
export type AuditType =
  | 'api_key.created'
  | 'api_key.imported'
  | 'api_key.renamed'
  | 'api_key.settings_changed'
  | 'api_key.scopes_changed'
  | 'api_key.grants_changed'
  | 'api_key.limits_changed'
  | 'api_key.enabled'
  | 'api_key.disabled'
  | 'api_key.revoked'
  | 'api_key.deleted'
  | 'api_key.rotated'
  | 'api_key.revealed'
  | 'audit.exported'
  | 'tool.called'

/** Where a management call came from, for the audit log. */
export interface AuditContext {
  readonly requestId?: string
  readonly ip?: string
  /** Cut to 256 characters. */
  readonly userAgent?: string
}

/** What a change says of itself; the store adds place and time. */
export interface AuditDraft {
  readonly type: AuditType
  readonly actor: Actor
  /** The key concerned; `null` for what concerns the log itself. */
  readonly keyId: string | null
  readonly context: AuditContext
  /** The change in public fields only (AUD-1). */
  readonly data: JsonObject
}

/** One link of an organisation's chain (AUD-4). */
export interface AuditRecord extends AuditDraft {
  readonly organizationId: string
  /** 1, 2, 3 … without gaps, per organisation. */
  readonly seq: number
  /** By the store's clock. */
  readonly at: Date
  /** Covers this record and, through the one before it, all earlier ones. */
  readonly hash: string
}
