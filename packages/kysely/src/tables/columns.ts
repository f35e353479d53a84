import type { FoundKeyRow } from '@keywright/core/store'
import type { KeyTable } from './key-tables.js'

export { changedColumns, newRow, parseRow } from '@keywright/core/store'

/** A row as the driver returns it: no column has been checked. */
export type Row = FoundKeyRow

/** The columns that most keys do not use, with the value that they then hold. */
export const sparseDefaults = {
  description: null,
  roles: '[]',
  resources: '{}',
  preset: null,
  tags: null,
  metadata: '{}',
  ip_allow_list: null,
  rate_limits: null,
  budget: null,
  binding: null,
  disabled_at: null,
  disabled_by_type: null,
  disabled_by_id: null,
  disabled_reason: null,
  locked: 0,
  revoked_at: null,
  revoked_reason: null,
  deleted_at: null,
  previous_hash: null,
  previous_hash_expires_at: null,
  lookup_digest: null,
  sealed: null,
} as const satisfies Partial<KeyTable>

/** The columns of {@link sparseDefaults}, as they come. */
export type SparseColumns = { readonly [C in keyof typeof sparseDefaults]?: unknown }

/** The other columns: every key uses these. */
export const denseColumns: Readonly<Record<Exclude<keyof KeyTable, keyof SparseColumns>, true>> = {
  id: true,
  environment: true,
  preview: true,
  name: true,
  owner_type: true,
  owner_id: true,
  organization_id: true,
  status: true,
  scopes: true,
  expires_at: true,
  created_by_type: true,
  created_by_id: true,
  created_at: true,
  updated_at: true,
  last_used_at: true,
  hash: true,
  version: true,
}

/** All columns of a key. */
export const columnNames = [...Object.keys(denseColumns), ...Object.keys(sparseDefaults)] as (keyof KeyTable)[] // of both types
