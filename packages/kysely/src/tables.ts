import type { Generated } from 'kysely'

/** Instants are milliseconds since 1970: every engine gives back the same one. Structures are JSON as text. */
export interface KeyTable {
  id: string
  environment: string | null
  preview: string
  name: string
  description: string | null
  owner_type: string
  owner_id: string
  organization_id: string
  status: string
  scopes: string
  roles: string
  resources: string
  preset: string | null
  metadata: string
  expires_at: number | null
  ip_allow_list: string | null
  rate_limits: string | null
  created_by_type: string
  created_by_id: string
  created_at: number
  updated_at: number
  disabled_at: number | null
  revoked_at: number | null
  revoked_reason: string | null
  deleted_at: number | null
  last_used_at: number | null
  hash: string | null
  previous_hash: string | null
  previous_hash_expires_at: number | null
  lookup_digest: string | null
  sealed: string | null
  version: number
}

/** The audit log: `event` is what the hash covers; the other columns repeat parts of it, to be searched by. */
export interface AuditTable {
  organization_id: string
  seq: number
  key_id: string | null
  type: string
  actor_type: string
  actor_id: string
  at: number
  event: string
  hash: string
}

/** One row an organisation: its lock, its place in the audit chain, and how many keys it ever created. */
export interface CounterTable {
  organization_id: string
  created: number
  audit_seq: number
  audit_hash: string
  /** Written only to lock the row. */
  touched: Generated<number>
}

/** How often a key was used in one hour. */
export interface UsageTable {
  organization_id: string
  key_id: string
  hour: number
  count: number
}

/** Batches of uses that were counted, so that one that is sent again counts once. */
export interface UsageBatchTable {
  id: string
  /** Who was first to count it. */
  claim: string
  at: number
}

/** Requests that were carried out, so that one that is sent again is not carried out twice. */
export interface RequestTable {
  id: string
  /** What it asked for. */
  fingerprint: string
  key_id: string
  /** Who was first to carry it out. */
  claim: string
  at: number
}

/** The tables of the store, under their names without a prefix. */
export interface KeyTables {
  api_keys: KeyTable
  api_key_audit: AuditTable
  api_key_counters: CounterTable
  api_key_usage: UsageTable
  api_key_usage_batches: UsageBatchTable
  api_key_requests: RequestTable
}
