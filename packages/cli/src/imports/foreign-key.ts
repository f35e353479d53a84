import type { ImportInput } from '@keywright/core'
import { nearest } from '@keywright/core/adapter'
import { usageFailure } from '../terminal/index.js'
import { type Fields, fieldsOf, type Row } from './fields.js'

/** A key as another product has it. */
export interface ForeignKey {
  /** Its id there. */
  readonly id: string | null
  readonly name: string | null
  /** Whose it is, by the product's own id. */
  readonly holder: string | null
  readonly organization: string | null
  readonly scopes: readonly string[]
  readonly secret: ImportInput['secret']
  /** `null`: the product does not say. */
  readonly entropyBits: number | null
  /** The public beginning of its token. */
  readonly preview: string | null
  readonly description: string | null
  readonly tags: readonly string[]
  readonly metadata: Row
  readonly createdAt: Date | null
  readonly expiresAt: Date | null
  readonly isEnabled: boolean
  /** Whether it was ended for good there, or is used up. */
  readonly isEnded: boolean
}

/** Reads a row of a product's keys. @throws Failure, naming the field */
export type ReadForeignKey = (row: Row) => ForeignKey

/** The products that are known, and `table`: rows with the names that the README lists. */
export const products = {
  'better-auth': readBetterAuth,
  unkey: readUnkey,
  keypal: readKeypal,
  table: readTable,
} as const satisfies Record<string, ReadForeignKey>

/** One of {@link products}. */
export type Product = keyof typeof products

/** The table `apikey`. Permissions are lists by resource: `{ tasks: ['read'] }` is `tasks.read`. */
function readBetterAuth(row: Row): ForeignKey {
  const { text, date, flag, number, object } = fieldsOf(row)
  const isRefilled = (number('refillAmount', 'refill_amount') ?? 0) > 0
  const permissions = Object.entries(object('permissions') ?? {})
  return {
    id: text('id'),
    name: text('name'),
    holder: text('referenceId', 'reference_id', 'userId', 'user_id'),
    organization: null,
    scopes: permissions.flatMap(([resource, actions]) =>
      Array.isArray(actions) ? actions.map((action) => `${resource}.${action}`) : [],
    ),
    secret: { format: 'better-auth', hash: needed(text('key'), 'key') },
    entropyBits: 256, // 64 letters at random
    preview: text('start'),
    description: null,
    tags: [],
    metadata: object('metadata') ?? {},
    createdAt: date('createdAt', 'created_at'),
    expiresAt: date('expiresAt', 'expires_at'),
    isEnabled: flag('enabled') ?? true,
    isEnded: isUsedUp(number('remaining'), isRefilled),
  }
}

/** A row of the table `keys`, or a key as the API gives it: that one has no hash, but the token of a key that is recoverable. */
function readUnkey(row: Row): ForeignKey {
  const { text, date, flag, number, list, object } = fieldsOf(row)
  const credits = fieldsOf(object('credits') ?? {})
  const remaining = credits.number('remaining') ?? number('remaining', 'remainingRequests', 'remaining_requests')
  const refill = fieldsOf(credits.object('refill') ?? object('refill') ?? row)
  const isRefilled = (refill.number('amount', 'refillAmount', 'refill_amount') ?? 0) > 0
  const identity = fieldsOf(object('identity') ?? {})
  const token = text('plaintext')
  return {
    id: text('keyId', 'id'),
    name: text('name'),
    holder: identity.text('externalId', 'external_id') ?? text('externalId', 'external_id', 'ownerId', 'owner_id'),
    organization: null,
    scopes: list('permissions') ?? [],
    secret: token === null ? { format: 'unkey', hash: needed(text('hash'), 'hash') } : { token },
    entropyBits: 128, // 16 bytes at random, unless byteLength said another number
    preview: text('start'),
    description: null,
    tags: [],
    metadata: object('meta') ?? {},
    createdAt: date('createdAt', 'created_at_m', 'created_at'),
    expiresAt: date('expires'),
    isEnabled: flag('enabled') ?? true,
    isEnded: date('deletedAt', 'deleted_at_m', 'deleted_at') !== null || isUsedUp(remaining, isRefilled),
  }
}

/** A record of its storage: some adapters keep what is in `metadata` in columns. */
function readKeypal(row: Row): ForeignKey {
  const { text, object } = fieldsOf(row)
  const inner = fieldsOf(object('metadata') ?? row)
  return {
    id: text('id'),
    name: inner.text('name'),
    holder: inner.text('ownerId', 'owner_id'),
    organization: null,
    scopes: inner.list('scopes') ?? [],
    secret: { format: 'keypal', hash: needed(text('keyHash', 'key_hash'), 'keyHash') },
    entropyBits: 190, // 32 letters and digits at random, unless its options say otherwise
    preview: null,
    description: inner.text('description'),
    tags: [],
    metadata: {},
    createdAt: inner.date('createdAt', 'created_at'),
    expiresAt: inner.date('expiresAt', 'expires_at'),
    isEnabled: inner.flag('enabled') ?? true,
    isEnded: inner.date('revokedAt', 'revoked_at') !== null,
  }
}

/** Calls that are left are not taken over: a key that has none would have as many as its plan here. */
function isUsedUp(remaining: number | null, isRefilled: boolean): boolean {
  return remaining !== null && remaining <= 0 && !isRefilled
}

const tableFields: readonly string[] = [
  ...[
    'id',
    'name',
    'user',
    'organization',
    'scopes',
    'hash',
    'token',
    'format',
    'start',
    'preview',
    'description',
    'tags',
  ],
  ...['metadata', 'entropyBits', 'entropy_bits', 'createdAt', 'created_at', 'expiresAt', 'expires_at'],
  ...['enabled', 'revoked'],
]

/** A field that is not read may be the one that says that a key has ended. */
function refuseOtherFields(row: Row): void {
  const other = Object.keys(row).find((name) => !tableFields.includes(name))
  if (other === undefined) return
  // `revoked_at` is far from `revoked` by its letters.
  const near = nearest(other.replace(/_?at$/i, ''), tableFields)
  // In a file without a heading, the names are what the first row holds.
  const shown = /^[A-Za-z][A-Za-z_-]{0,23}$/.test(other) ? `Unknown field ${other}.` : 'Unknown field.'
  throw usageFailure(
    `${shown} ${near === null ? `The fields of a row are ${tableFields.join(', ')}. Leave others out.` : `Did you mean ${near}?`}`,
  )
}

function readTable(row: Row): ForeignKey {
  refuseOtherFields(row)
  const fields = fieldsOf(row)
  const { text, date, flag, list, texts, number, object } = fields
  return {
    id: text('id'),
    name: text('name'),
    holder: text('user'),
    organization: text('organization'),
    scopes: list('scopes') ?? [],
    secret: secretOf(fields),
    entropyBits: number('entropyBits', 'entropy_bits'),
    preview: text('preview'),
    description: text('description'),
    tags: texts('tags') ?? [],
    metadata: object('metadata') ?? {},
    createdAt: date('createdAt', 'created_at'),
    expiresAt: date('expiresAt', 'expires_at'),
    isEnabled: flag('enabled') ?? true,
    isEnded: flag('revoked') ?? false,
  }
}

const formats = ['sha256-hex', 'sha256-base64', 'better-auth', 'unkey', 'keypal'] as const
const partFormats = ['sanctum', 'prefixed-api-key'] as const

function secretOf({ text }: Fields): ImportInput['secret'] {
  const token = text('token')
  if (token !== null) return { token }
  const hash = needed(text('hash'), 'hash or token')
  const given = text('format') ?? 'sha256-hex'
  const part = partFormats.find((one) => one === given)
  if (part !== undefined) return { format: part, hash, start: needed(text('start'), 'start') }
  const format = formats.find((one) => one === given)
  if (format === undefined)
    throw usageFailure(`Field format must be one of ${[...formats, ...partFormats].join(', ')}.`)
  return { format, hash }
}

function needed(value: string | null, field: string): string {
  if (value === null) throw usageFailure(`Field ${field} is missing.`)
  return value
}
