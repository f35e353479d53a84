import { z } from '@hono/zod-openapi'
import type { KeyStatus } from '@keywright/core'

const instant = z.iso.datetime({ offset: true }).openapi({ example: '2030-01-01T00:00:00.000Z' })
// No id has such a character, and some databases reject them.
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u
const id = z
  .string()
  .min(1)
  .max(255)
  .refine((text) => !unprintable.test(text), 'an id: printable characters only')
const patterns = z.array(z.string().max(255)).max(200)

// An object and not a list: the compiler says so when core gets another status.
const keyStatus = z.enum({
  active: 'active',
  disabled: 'disabled',
  revoked: 'revoked',
  expired: 'expired',
} satisfies { [S in KeyStatus]: S })

const ResourceGrant = z
  .discriminatedUnion('mode', [
    z.strictObject({ mode: z.literal('all'), level: z.string() }),
    z.strictObject({ mode: z.literal('specific'), levels: z.record(z.string(), z.string()) }),
  ])
  .openapi('ResourceGrant')

const RateLimit = z.strictObject({ limit: z.int().positive(), window_ms: z.int().positive() }).openapi('RateLimit', {
  description:
    'At most `limit` requests in each window of `window_ms` milliseconds. A window is a whole number of seconds.',
})

const settings = {
  name: z.string().max(400).openapi({ description: '1 to 100 printable characters.', example: 'ci-pipeline' }),
  description: z.string().max(2_000).nullable(),
  scopes: patterns,
  preset: z.string().max(64).nullable(),
  roles: z.array(z.string().max(64)).max(50),
  resources: z.record(z.string(), ResourceGrant),
  expires_at: instant.nullable(),
  ip_allow_list: z.array(z.string().max(64)).max(100).nullable(),
  rate_limits: z.array(RateLimit).max(8).nullable(),
}

export const CreateBody = z
  .strictObject({
    ...z.strictObject(settings).partial().shape,
    name: settings.name,
    for: z.enum(['me', 'organization']).optional().openapi({
      description: 'The owner of the key. The default is `me`; `organization` needs the permission to manage all keys.',
    }),
    environment: z.string().max(16).optional(),
    copy_from: id
      .optional()
      .openapi({ description: 'The id of a key. Settings that are left out are copied from it.' }),
  })
  .openapi('CreateKey')

export const UpdateBody = z.strictObject(settings).partial().openapi('UpdateKey')

export const EmptyBody = z.strictObject({})

export const RevokeBody = z.strictObject({ reason: z.string().max(200).nullable().optional() }).openapi('RevokeKey')

export const RotateBody = z
  .strictObject({ grace_ms: z.int().min(0).max(604_800_000).optional() })
  .openapi('RotateKey', {
    description:
      '`grace_ms` is how long the previous token still works, in milliseconds, at most 7 days. The default is 0.',
  })

export const Actor = z.object({ type: z.enum(['user', 'key', 'system']), id }).openapi('Actor')

const Owner = z
  .union([
    z.object({ type: z.literal('user'), id, organization_id: id }),
    z.object({ type: z.literal('organization'), id }),
  ])
  .openapi('Owner')

export const Key = z
  .object({
    id,
    preview: z.string().openapi({ example: 'tk_live_a1B2…' }),
    environment: z.string().nullable(),
    status: keyStatus,
    version: z.int().positive().openapi({ description: '1 at creation; each change adds 1. It is the `ETag`, too.' }),
    owner: Owner,
    created_by: Actor,
    ...settings,
    metadata: z
      .record(z.string(), z.unknown())
      .openapi({ description: 'What the product keeps of the key. Read-only here.' }),
    created_at: instant,
    updated_at: instant,
    disabled_at: instant.nullable(),
    // Not nullable(): of a schema with a name, it would ask for an object all the same.
    disabled_by: z.union([Actor, z.null()]).openapi({
      description: 'Who disabled the key; null if it is not disabled, or was before this was recorded.',
    }),
    locked: z.boolean().openapi({
      description: 'Whether somebody else than its owner disabled the key. Then its owner cannot enable it.',
    }),
    revoked_at: instant.nullable(),
    revoked_reason: z.string().nullable(),
    last_used_at: instant.nullable(),
    previous_token_expires_at: instant.nullable(),
    revealable: z.boolean(),
  })
  .openapi('Key')

export const KeyWithToken = z
  .object({
    ...Key.shape,
    token: z.string().openapi({ description: 'The secret that clients send. It is shown only in this response.' }),
  })
  .openapi('KeyWithToken')

export const KeyPage = z.object({ data: z.array(Key), next_cursor: z.string().nullable() }).openapi('KeyPage')

export const Token = z.object({ id, token: z.string() }).openapi('Token')

export const KeyStats = z
  .object({
    total_created: z.int(),
    active: z.int(),
    disabled: z.int(),
    expired: z.int(),
    revoked: z.int(),
    calls_last_24h: z.int(),
    last_call_at: instant.nullable(),
  })
  .openapi('Stats')

export const Usage = z.object({ data: z.array(z.object({ hour: instant, count: z.int() })) }).openapi('Usage')

export const Catalog = z
  .object({
    scopes: z.array(z.object({ name: z.string(), description: z.string(), sensitive: z.boolean() })),
    presets: z.array(z.object({ name: z.string(), scopes: z.array(z.string()) })),
    roles: z.array(z.string()),
    resources: z.array(z.object({ type: z.string(), levels: z.array(z.string()) })),
    environments: z.array(z.string().nullable()),
    environment: z.string().nullable(),
    revealable: z.array(z.string().nullable()),
    plan: z.object({ max_keys: z.union([z.int(), z.literal('unlimited')]), used: z.int() }),
    rate_limits: z.array(RateLimit),
    permissions: z.record(z.string(), z.boolean()).openapi({ description: 'The permissions of the caller.' }),
  })
  .openapi('Catalog')

export const Choices = z
  .object({ data: z.array(z.object({ id: z.string(), name: z.string() })) })
  .openapi('ResourceChoices')

export const AuditRecord = z
  .object({
    seq: z.int(),
    at: instant,
    type: z.string(),
    actor: Actor,
    key_id: z.string().nullable(),
    context: z.object({
      request_id: z.string().optional(),
      ip: z.string().optional(),
      user_agent: z.string().optional(),
    }),
    data: z.record(z.string(), z.unknown()),
    audit_key_id: z.string().nullable().openapi({ description: 'The secret key that `hash` was made with.' }),
    hash: z.string(),
  })
  .openapi('AuditRecord')

export const AuditPage = z
  .object({ data: z.array(AuditRecord), next_cursor: z.string().nullable() })
  .openapi('AuditPage')

const FieldProblem = z
  .object({
    pointer: z
      .string()
      .optional()
      .openapi({ description: 'A JSON Pointer (RFC 6901) into the body.', example: '/rate_limits/0/window_ms' }),
    parameter: z.string().optional().openapi({ description: 'The name of a parameter of the query or the path.' }),
    header: z.string().optional().openapi({ description: 'The name of a header.' }),
    code: z.enum(['required', 'unknown', 'repeated', 'type', 'value', 'unknown_name', 'exceeds']),
    detail: z.string(),
  })
  .openapi('FieldProblem')

export const Problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().openapi({ description: 'Stable: programs can rely on it.' }),
    errors: z.array(FieldProblem).optional().openapi({ description: 'Each thing that is wrong with the request.' }),
  })
  .openapi('Problem')

// Text of digits alone: a number in JavaScript may be `0x10`, `1e1` or ` 5`.
const limit = z
  .string()
  .regex(/^(?:[1-9]\d?|100)$/, 'a whole number from 1 to 100')
  .transform(Number)
  .optional()
  .openapi({ type: 'integer', minimum: 1, maximum: 100 })
const cursor = z.string().max(256).optional()

export const KeyQuery = z.strictObject({
  limit,
  cursor,
  sort: z
    .enum(['-created_at', 'created_at'])
    .optional()
    .openapi({ description: 'The default is `-created_at`: newest first.' }),
  status: keyStatus.optional(),
  owner: z.enum(['me', 'organization', 'all']).optional().openapi({
    description: 'The owner of the keys. The default is `all` if the caller may manage all keys, else `me`.',
  }),
})

export const AuditQuery = z.strictObject({
  limit,
  cursor,
  key_id: id.optional(),
  type: z
    .string()
    .regex(/^[a-z_.]{1,64}$/, 'the type of a record, such as api_key.created')
    .optional(),
  actor_type: z.enum(['user', 'key', 'system']).optional(),
  actor_id: id.optional(),
  from: instant.optional(),
  to: instant.optional(),
})

export const ExportQuery = z.strictObject({
  format: z.enum(['jsonl', 'csv']).optional(),
  key_id: id.optional(),
  from: instant.optional(),
  to: instant.optional(),
})

export const UsageQuery = z.strictObject({ key_id: id.optional(), from: instant.optional(), to: instant.optional() })

export const DeleteQuery = z.strictObject({ permanent: z.enum(['true', 'false']).optional() })

export const IdParam = z.object({ id })

export const TypeParam = z.object({ type: z.string().min(1).max(64) })

export const ChoicesQuery = z.strictObject({ search: z.string().max(100).optional() })
