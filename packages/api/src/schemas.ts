import { z } from '@hono/zod-openapi'

const instant = z.iso.datetime({ offset: true }).openapi({ example: '2030-01-01T00:00:00.000Z' })
// Some engines choke on these; and no id has them.
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u
const id = z
  .string()
  .min(1)
  .max(255)
  .refine((text) => !unprintable.test(text))
const patterns = z.array(z.string().max(255)).max(200)

const ResourceGrant = z
  .union([
    z.strictObject({ mode: z.literal('all'), level: z.string() }),
    z.strictObject({ mode: z.literal('specific'), levels: z.record(z.string(), z.string()) }),
  ])
  .openapi('ResourceGrant')

const RateLimit = z.strictObject({ limit: z.int().positive(), window_ms: z.int().positive() }).openapi('RateLimit', {
  description: 'At most `limit` requests in each window of `window_ms` milliseconds, whole seconds.',
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
  metadata: z.record(z.string(), z.unknown()),
}

export const CreateBody = z
  .strictObject({
    ...z.strictObject(settings).partial().shape,
    name: settings.name,
    for: z.enum(['me', 'organization']).optional().openapi({
      description: 'Whom the key belongs to. The default is `me`; `organization` needs the right to manage all keys.',
    }),
    environment: z.string().max(16).optional(),
    like: id.optional().openapi({ description: 'The id of a key whose settings to start from.' }),
  })
  .openapi('CreateKey')

export const UpdateBody = z.strictObject(settings).partial().openapi('UpdateKey')

export const Nothing = z.strictObject({})

export const RevokeBody = z.strictObject({ reason: z.string().max(200).nullable().optional() }).openapi('RevokeKey')

export const RotateBody = z
  .strictObject({ grace_ms: z.int().min(0).max(604_800_000).optional() })
  .openapi('RotateKey', { description: 'How long the token before still works, at most 7 days. The default is 0.' })

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
    status: z.enum(['active', 'disabled', 'revoked', 'expired']),
    owner: Owner,
    created_by: Actor,
    ...settings,
    created_at: instant,
    updated_at: instant,
    disabled_at: instant.nullable(),
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
    token: z.string().openapi({ description: 'The secret that clients send. Shown this once.' }),
  })
  .openapi('KeyWithToken')

export const KeyPage = z.object({ data: z.array(Key), next_cursor: z.string().nullable() }).openapi('KeyPage')

export const Token = z.object({ id, token: z.string() }).openapi('Token')

export const Stats = z
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

export const Catalogue = z
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
    permissions: z.record(z.string(), z.boolean()).openapi({ description: 'What the caller may do.' }),
  })
  .openapi('Catalogue')

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
    hash: z.string(),
  })
  .openapi('AuditRecord')

export const AuditPage = z
  .object({ data: z.array(AuditRecord), next_cursor: z.string().nullable() })
  .openapi('AuditPage')

export const Problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().openapi({ description: 'For programs: never changes.' }),
  })
  .openapi('Problem')

const limit = z.coerce.number().int().min(1).max(100).optional()
const cursor = z.string().max(256).optional()

export const ListQuery = z.strictObject({
  limit,
  cursor,
  sort: z
    .enum(['-created_at', 'created_at'])
    .optional()
    .openapi({ description: 'The default is `-created_at`: newest first.' }),
  status: z.enum(['active', 'disabled', 'revoked', 'expired']).optional(),
  owner: z
    .enum(['me', 'organization', 'all'])
    .optional()
    .openapi({ description: 'Whose keys. The default is `all` for who may manage all keys, else `me`.' }),
})

export const AuditQuery = z.strictObject({
  limit,
  cursor,
  key_id: id.optional(),
  type: z
    .string()
    .regex(/^[a-z_.]{1,64}$/)
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
