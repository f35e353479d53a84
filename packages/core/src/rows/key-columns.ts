import { type KeyChanges, type NewKey, organizationOf, readRecord } from '../store/index.js'
import type { KeyRecord } from '../values/index.js'
import type { KeyRow } from './key-row.js'

const instant = (date: Date | null): number | null => (date === null ? null : date.getTime())
const json = (value: unknown): string => JSON.stringify(value)
const optionalJson = (value: unknown): string | null => (value === null ? null : json(value))
const tagsJson = (tags: readonly string[]): string | null => (tags.length === 0 ? null : json(tags))

type Columns = { -readonly [C in keyof KeyRow]?: KeyRow[C] }
type Writers = { readonly [F in keyof KeyChanges]-?: (value: Exclude<KeyChanges[F], undefined>) => Columns }

/** How each field that may change is written: a change touches these columns and no others. */
const writers: Writers = {
  name: (name) => ({ name }),
  description: (description) => ({ description }),
  grants: ({ scopes, roles, resources }) => ({ scopes: json(scopes), roles: json(roles), resources: json(resources) }),
  preset: (preset) => ({ preset }),
  tags: (tags) => ({ tags: tagsJson(tags) }),
  metadata: (metadata) => ({ metadata: json(metadata) }),
  expiresAt: (expiresAt) => ({ expires_at: instant(expiresAt) }),
  ipAllowList: (list) => ({ ip_allow_list: optionalJson(list) }),
  rateLimits: (limits) => ({ rate_limits: optionalJson(limits) }),
  budget: (budget) => ({ budget: optionalJson(budget) }),
  binding: (binding) => ({ binding: optionalJson(binding) }),
  // Of the same organization: its id is that of the row's other tables, too.
  owner: ({ type, id }) => ({ owner_type: type, owner_id: id }),
  createdBy: ({ type, id }) => ({ created_by_type: type, created_by_id: id }),
  environment: (environment) => ({ environment }),
  preview: (preview) => ({ preview }),
  status: (status) => ({ status }),
  disabledAt: (disabledAt) => ({ disabled_at: instant(disabledAt) }),
  disabledBy: (actor) => ({ disabled_by_type: actor?.type ?? null, disabled_by_id: actor?.id ?? null }),
  disabledReason: (reason) => ({ disabled_reason: reason }),
  locked: (locked) => ({ locked: locked ? 1 : 0 }),
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
export function newRow(key: NewKey, now: Date): KeyRow {
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
    tags: tagsJson(key.tags),
    metadata: json(key.metadata),
    expires_at: instant(key.expiresAt),
    ip_allow_list: optionalJson(key.ipAllowList),
    rate_limits: optionalJson(key.rateLimits),
    budget: optionalJson(key.budget),
    binding: optionalJson(key.binding),
    created_by_type: key.createdBy.type,
    created_by_id: key.createdBy.id,
    created_at: (key.createdAt ?? now).getTime(),
    updated_at: now.getTime(),
    disabled_at: null,
    disabled_by_type: null,
    disabled_by_id: null,
    disabled_reason: null,
    locked: 0,
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

/** A row of a key as a driver returns it: no column has been checked. */
export type FoundKeyRow = { readonly [C in keyof KeyRow]?: unknown } & {
  /** The last use since uses are written elsewhere, where it was read. */
  readonly used_at?: unknown
  /** The last use of the token before the last rotation, where it was read. */
  readonly previous_used_at?: unknown
}

/**
 * Turns a row into a record of a key. A column that cannot be parsed is named in the record's `damaged`.
 *
 * @param sparse - The columns that most keys do not use, where they do not stand in the row itself.
 */
export function parseRow(row: FoundKeyRow, sparse: FoundKeyRow = row): KeyRecord {
  const record = readRecord({
    id: row.id,
    environment: row.environment,
    preview: row.preview,
    name: row.name,
    description: sparse.description,
    ownerType: row.owner_type,
    ownerId: row.owner_id,
    organizationId: row.organization_id,
    status: row.status,
    scopes: row.scopes,
    roles: sparse.roles,
    resources: sparse.resources,
    preset: sparse.preset,
    tags: sparse.tags,
    metadata: sparse.metadata,
    expiresAt: row.expires_at,
    ipAllowList: sparse.ip_allow_list,
    rateLimits: sparse.rate_limits,
    budget: sparse.budget,
    binding: sparse.binding,
    createdByType: row.created_by_type,
    createdById: row.created_by_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    disabledAt: sparse.disabled_at,
    disabledByType: sparse.disabled_by_type,
    disabledById: sparse.disabled_by_id,
    disabledReason: sparse.disabled_reason,
    locked: sparse.locked,
    revokedAt: sparse.revoked_at,
    revokedReason: sparse.revoked_reason,
    deletedAt: sparse.deleted_at,
    lastUsedAt: laterOf(row.last_used_at, row.used_at),
    hash: row.hash,
    previousHash: sparse.previous_hash,
    previousHashExpiresAt: sparse.previous_hash_expires_at,
    lookupDigest: sparse.lookup_digest,
    sealed: sparse.sealed,
    version: row.version,
  })
  const at = row.previous_used_at
  return at == null ? record : { ...record, previousUsedAt: new Date(Number(at)) }
}

/** The later of two columns. One that is no number wins, and is told. */
function laterOf(before: unknown, since: unknown): unknown {
  if (since === null || since === undefined) return before
  if (before === null || before === undefined) return since
  return Number(before) <= Number(since) || Number.isNaN(Number(since)) ? since : before
}
