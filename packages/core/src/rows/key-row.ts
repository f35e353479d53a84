/**
 * A key as a row of SQL tables has it. Times are milliseconds since 1970, which every engine returns unchanged. Structures are JSON
 * as text.
 */
export interface KeyRow {
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
  /** `null`: none, as of each key that a process of the version before makes. */
  tags: string | null
  metadata: string
  expires_at: number | null
  ip_allow_list: string | null
  rate_limits: string | null
  budget: string | null
  binding: string | null
  created_by_type: string
  created_by_id: string
  created_at: number
  updated_at: number
  disabled_at: number | null
  disabled_by_type: string | null
  disabled_by_id: string | null
  disabled_reason: string | null
  /** 1: somebody else than its owner disabled the key. */
  locked: number
  revoked_at: number | null
  revoked_reason: string | null
  deleted_at: number | null
  /** As versions before left it. Uses since are in `api_key_usage`, so that counting them locks no key. */
  last_used_at: number | null
  hash: string | null
  previous_hash: string | null
  previous_hash_expires_at: number | null
  lookup_digest: string | null
  sealed: string | null
  version: number
}
