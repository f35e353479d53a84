import type {
  EndpointChanges,
  EndpointInsert,
  EndpointRecord,
  EndpointStatus,
  NewEndpoint,
} from '@keywright/core/store'
import type { Selectable, Updateable } from 'kysely'
import type { WebhookTable } from '../tables/key-tables.js'
import { instantOf, wholeNumberOf } from '../tables/whole-number.js'

type Row = Selectable<WebhookTable>
type Columns = Updateable<WebhookTable>
type Writers = {
  readonly [F in keyof EndpointChanges]-?: (value: Exclude<EndpointChanges[F], undefined>) => Columns
}

const instant = (date: Date | null): number | null => (date === null ? null : date.getTime())
const typesColumn = (types: readonly string[] | null): string | null => (types === null ? null : JSON.stringify(types))

/** How each field that may change is written: a change touches these columns and no others. */
const writers: Writers = {
  url: (url) => ({ url }),
  description: (description) => ({ description }),
  types: (types) => ({ types: typesColumn(types) }),
  status: (status) => ({ status }),
  stop: (stop) => ({ stop }),
  failingSince: (at) => ({ failing_since: instant(at) }),
  secret: (secret) => ({ secret }),
  previousSecret: (secret) => ({ previous_secret: secret }),
  previousSecretExpiresAt: (at) => ({ previous_secret_expires_at: instant(at) }),
}

/** The columns that a change of an endpoint writes. */
export function changedEndpointColumns(changes: EndpointChanges): Columns {
  const columns: Columns = {}
  for (const field of Object.keys(writers) as (keyof EndpointChanges)[]) {
    const value = changes[field]
    // The field's own writer takes the field's own value; TypeScript cannot follow that through the union.
    if (value !== undefined) Object.assign(columns, (writers[field] as (value: unknown) => Columns)(value))
  }
  return columns
}

/** The row of a new endpoint. */
export function newEndpointRow(
  { id, keyId, organizationId }: Pick<EndpointInsert, 'id' | 'keyId' | 'organizationId'>,
  { url, description, types, secret, createdBy }: NewEndpoint,
  now: Date,
): Row {
  return {
    id,
    key_id: keyId,
    organization_id: organizationId,
    url,
    description,
    types: typesColumn(types),
    status: 'active',
    stop: null,
    secret,
    previous_secret: null,
    previous_secret_expires_at: null,
    created_by_type: createdBy.type,
    created_by_id: createdBy.id,
    created_at: now.getTime(),
    updated_at: now.getTime(),
    failing_since: null,
    version: 1,
  }
}

/**
 * Turns a row into a record. Never throws: what cannot be read becomes the value by which the least is sent, and the endpoint can
 * still be found and deleted.
 */
export function parseEndpointRow(row: Row): EndpointRecord {
  return {
    id: row.id,
    keyId: row.key_id,
    organizationId: row.organization_id,
    url: row.url,
    description: row.description,
    types: parseTypes(row.types),
    status: isStatus(row.status) ? row.status : 'paused',
    stop: row.stop as EndpointRecord['stop'], // as written
    secret: row.secret,
    previousSecret: row.previous_secret,
    // The secret before must not sign for ever.
    previousSecretExpiresAt: optionalInstant(row.previous_secret_expires_at, new Date(0)),
    createdBy: { type: row.created_by_type as EndpointRecord['createdBy']['type'], id: row.created_by_id }, // as written
    createdAt: nearestInstant(row.created_at),
    updatedAt: nearestInstant(row.updated_at),
    failingSince: optionalInstant(row.failing_since, null),
    version: or(() => wholeNumberOf(row.version, 'version'), 0),
  }
}

function or<T>(read: () => T, otherwise: T): T {
  try {
    return read()
  } catch {
    return otherwise
  }
}

function optionalInstant(value: unknown, otherwise: Date | null): Date | null {
  return value === null ? null : or(() => instantOf(value, 'instant'), otherwise)
}

const lastInstant = 8_640_000_000_000_000
/** A list has ended here: what comes after is before any `Date`. */
export const firstInstant = -lastInstant

/** An instant, or the one next to what is none: lists begin their pages after it, in the order in which an engine sorts the column. */
function nearestInstant(value: unknown): Date {
  return or(() => instantOf(value, 'instant'), new Date(Number(value) < 0 ? firstInstant : lastInstant))
}

const statuses: readonly string[] = ['active', 'paused', 'disabled_by_system'] satisfies EndpointStatus[]

function isStatus(status: string): status is EndpointStatus {
  return statuses.includes(status)
}

function parseTypes(text: string | null): readonly string[] | null {
  if (text === null) return null
  try {
    const types: unknown = JSON.parse(text)
    return Array.isArray(types) ? types.map(String) : []
  } catch {
    return []
  }
}
