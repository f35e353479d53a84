import type { JsonObject } from './json.js'
import type { Actor } from './owner.js'

/** The types of audit records. New types may be added; a type is never renamed. */
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
  | 'api_key.end_scheduled'
  | 'api_key.deleted'
  | 'api_key.rotated'
  | 'api_key.rotation_grace_ended'
  | 'api_key.leak_reported'
  | 'api_key.transferred'
  | 'api_key.rotation_scheduled'
  | 'api_key.delivered'
  | 'api_key.revealed'
  | 'budget.granted'
  | 'audit.exported'
  | 'audit.pruned'
  | 'tool.called'
  | 'webhook.created'
  | 'webhook.updated'
  | 'webhook.paused'
  | 'webhook.resumed'
  | 'webhook.secret_rotated'
  | 'webhook.tested'
  | 'webhook.replayed'
  | 'webhook.disabled'
  | 'webhook.deleted'

/** Where a management call came from. Stored with the audit record. */
export interface AuditContext {
  readonly requestId?: string
  readonly ip?: string
  /** The `User-Agent` of the caller. Stored up to its first 256 characters. */
  readonly userAgent?: string
}

/** The caller's part of an audit record. The store adds the sequence number and the time. */
export interface AuditDraft {
  readonly type: AuditType
  readonly actor: Actor
  /** The key that the record is about; `null` if the record is about the log itself. */
  readonly keyId: string | null
  readonly context: AuditContext
  /** The change, in public fields only: no token, hash or sealed text. */
  readonly data: JsonObject
}

/** A stored audit record: one link of the organization's hash chain. */
export interface AuditRecord extends AuditDraft {
  readonly organizationId: string
  /** 1, 2, 3 … without gaps, counted separately for each organization. */
  readonly seq: number
  /** The time of the record by the store's clock. */
  readonly at: Date
  /** The id of the secret key that `hash` was made with; `null`: none, plain SHA-256. */
  readonly auditKeyId: string | null
  /** Covers this record and, through the previous hash, all earlier records. 64 hexadecimal digits. */
  readonly hash: string
}
