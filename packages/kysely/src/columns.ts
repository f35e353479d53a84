import type { KeyRecord } from '@keywright/core'
import type { KeyChanges, NewKey } from '@keywright/core/store'
import { organizationOf, readRecord } from '@keywright/core/store'
import type { Selectable, Updateable } from 'kysely'
import type { KeyTable } from './tables.js'

const instant = (date: Date | null): number | null => (date === null ? null : date.getTime())
const json = (value: unknown): string => JSON.stringify(value)
const optionalJson = (value: unknown): string | null => (value === null ? null : json(value))

type Columns = Updateable<KeyTable>
type Writers = { readonly [F in keyof KeyChanges]-?: (value: Exclude<KeyChanges[F], undefined>) => Columns }

/** How each field that may change is written: a change touches these columns and no others (CONS-14). */
const writers: Writers = {
  name: (name) => ({ name }),
  description: (description) => ({ description }),
  grants: ({ scopes, roles, resources }) => ({ scopes: json(scopes), roles: json(roles), resources: json(resources) }),
  preset: (preset) => ({ preset }),
  metadata: (metadata) => ({ metadata: json(metadata) }),
  expiresAt: (expiresAt) => ({ expires_at: instant(expiresAt) }),
  ipAllowList: (list) => ({ ip_allow_list: optionalJson(list) }),
  rateLimits: (limits) => ({ rate_limits: optionalJson(limits) }),
  preview: (preview) => ({ preview }),
  status: (status) => ({ status }),
  disabledAt: (disabledAt) => ({ disabled_at: instant(disabledAt) }),
  revokedAt: (revokedAt) => ({ revoked_at: instant(revokedAt) }),
  revokedReason: (reason) => ({ revoked_reason: reason }),
  deletedAt: (deletedAt) => ({ deleted_at: instant(deletedAt) }),
  hash: (hash) => ({ hash }),
  previousHash: (hash) => ({ previous_hash: hash }),
  previousHashExpiresAt: (at) => ({ previous_hash_expires_at: instant(at) }),
  lookupDigest: (digest) => ({ lookup_digest: digest }),
  sealed: (sealed) => ({ sealed }),
}

/** The columns that a change writes. */
export function changedColumns(changes: KeyChanges): Columns {
  const columns: Columns = {}
  for (const field of Object.keys(writers) as (keyof KeyChanges)[]) {
    const value = changes[field]
    // The field's own writer takes the field's own value; TypeScript cannot follow that through the union.
    if (value !== undefined) Object.assign(columns, (writers[field] as (value: unknown) => Columns)(value))
  }
  return columns
}

/** The row of a new key. */
export function newRow(key: NewKey, now: Date): Selectable<KeyTable> {
  return {
    id: key.id,
    environment: key.environment,
    preview: key.preview,
    name: key.name,
    description: key.description,
    owner_type: key.owner.type,
    owner_id: key.owner.id,
    organization_id: organizationOf(key.owner),
    status: 'active',
    scopes: json(key.grants.scopes),
    roles: json(key.grants.roles),
    resources: json(key.grants.resources),
    preset: key.preset,
    metadata: json(key.metadata),
    expires_at: instant(key.expiresAt),
    ip_allow_list: optionalJson(key.ipAllowList),
    rate_limits: optionalJson(key.rateLimits),
    created_by_type: key.createdBy.type,
    created_by_id: key.createdBy.id,
    created_at: now.getTime(),
    updated_at: now.getTime(),
    disabled_at: null,
    revoked_at: null,
    revoked_reason: null,
    deleted_at: null,
    last_used_at: null,
    hash: key.hash,
    previous_hash: key.previousHash,
    previous_hash_expires_at: instant(key.previousHashExpiresAt),
    lookup_digest: key.lookupDigest,
    sealed: key.sealed,
    version: 1,
  }
}

/** A row as it comes, whatever it holds. */
export type Row = { readonly [C in keyof KeyTable]?: unknown }

/** What the columns hold that most keys make no use of. */
export const usual = {
  description: null,
  roles: '[]',
  resources: '{}',
  preset: null,
  metadata: '{}',
  ip_allow_list: null,
  rate_limits: null,
  disabled_at: null,
  revoked_at: null,
  revoked_reason: null,
  deleted_at: null,
  previous_hash: null,
  previous_hash_expires_at: null,
  lookup_digest: null,
  sealed: null,
} as const satisfies Partial<KeyTable>

/** The columns of {@link usual}. */
export type Rest = { readonly [C in keyof typeof usual]?: unknown }

/** The other columns: what each key has of its own. */
export const own: Readonly<Record<Exclude<keyof KeyTable, keyof Rest>, true>> = {
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

/** Reads a row; a column that cannot be read is named in the record's `damaged`. */
export function readRow(row: Row, rest: Rest = row): KeyRecord {
  return readRecord({
    id: row.id,
    environment: row.environment,
    preview: row.preview,
    name: row.name,
    description: rest.description,
    ownerType: row.owner_type,
    ownerId: row.owner_id,
    organizationId: row.organization_id,
    status: row.status,
    scopes: row.scopes,
    roles: rest.roles,
    resources: rest.resources,
    preset: rest.preset,
    metadata: rest.metadata,
    expiresAt: row.expires_at,
    ipAllowList: rest.ip_allow_list,
    rateLimits: rest.rate_limits,
    createdByType: row.created_by_type,
    createdById: row.created_by_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    disabledAt: rest.disabled_at,
    revokedAt: rest.revoked_at,
    revokedReason: rest.revoked_reason,
    deletedAt: rest.deleted_at,
    lastUsedAt: row.last_used_at,
    hash: row.hash,
    previousHash: rest.previous_hash,
    previousHashExpiresAt: rest.previous_hash_expires_at,
    lookupDigest: rest.lookup_digest,
    sealed: rest.sealed,
    version: row.version,
  })
}
