import { z } from '@hono/zod-openapi'
import type { KeySort } from '@keywright/core'
import { inputLimits } from '@keywright/core/adapter'
import { auditType, credits, hostId, instant, keyId, keyIdPattern, keyStatus, settings, tag } from './fields.js'
import { listOf } from './list-of.js'

const { reason, graceMs, tag: ofTag, tags } = inputLimits

export const CreateBody = z
  .strictObject({
    ...z.strictObject(settings).partial().shape,
    name: settings.name,
    for: z.enum(['me', 'organization']).optional().openapi({
      description: 'The owner of the key. The default is `me`; `organization` needs the permission to manage all keys.',
    }),
    environment: z.string().max(16).optional().openapi({
      description: 'Where the key works. The default is the environment that answers.',
      example: 'live',
    }),
    copy_from: keyId
      .optional()
      .openapi({ description: 'The id of a key. Settings that are left out are copied from it.' }),
  })
  .openapi('CreateKey', { description: 'A key to be created. What is left out gives nothing.' })

export const UpdateBody = z
  .strictObject(settings)
  .partial()
  .openapi('UpdateKey', { description: 'The settings to change. Those that are left out stay as they are.' })

export const EmptyBody = z.strictObject({}).openapi('Empty', { description: 'Nothing. The body may be left out.' })

/** The field of a reason. */
export const reasonField = (description: string) =>
  z.string().max(reason.most).nullable().optional().openapi({ description, example: 'leaked' })

export const DisableBody = z
  .strictObject({ reason: reasonField('Why, for people: the key shows it until it is enabled.') })
  .openapi('DisableKey', { description: 'Why a key is disabled. The body may be left out.' })

export const RevokeBody = z
  .strictObject({
    reason: reasonField('Why, for people. A key that was revoked as `leaked` is answered as if it had never been.'),
    at: instant.optional().openapi({
      description:
        'The instant from which the key is refused, in the future: its `expires_at`, unless that is earlier. The default is now.',
    }),
  })
  .openapi('RevokeKey', { description: 'Why a key is revoked, and when. The body may be left out.' })

export const RotateBody = z
  .strictObject({
    grace_ms: z.int().min(graceMs.least).max(graceMs.most).optional().openapi({
      description:
        'How long the previous token still works, in milliseconds, at most 7 days. The default is 0: it ends at once.',
      example: 3_600_000,
    }),
  })
  .openapi('RotateKey', { description: 'How a key is rotated. The body may be left out.' })

// Text of digits alone: a number in JavaScript may be `0x10`, `1e1` or ` 5`.
export const limit = z
  .string()
  .regex(/^(?:[1-9]\d?|100)$/, 'a whole number from 1 to 100')
  .transform(Number)
  .optional()
  .openapi({
    type: 'integer',
    minimum: 1,
    maximum: 100,
    description: 'How many entries a page has at most. A page may have fewer, though it is not the last one.',
    example: 20,
  })
export const cursor = z.string().max(1024).optional().openapi({
  description: 'The `next_cursor` of the page before. Ask for the rest exactly as for that page.',
})
const from = instant.optional().openapi({ description: 'Only what is of this time or later.' })
const to = instant.optional().openapi({ description: 'Only what is before this time.' })
const ofKey = keyId.optional().openapi({ description: 'Only what is about this key.' })

const keyOwner = z.enum(['me', 'organization', 'all']).optional().openapi({
  description: 'The owner of the keys. The default is `all` if the caller may manage all keys, else `me`.',
})

/** Beside a list, which takes texts alone, requests in bulk take them as a list. */
export const ofTags = 'Only keys that have all of these tags, whole. Neither case nor accents count.'

/** What selects keys, in the list and in bulk. */
export const keyFilter = {
  owner: keyOwner,
  search: z.string().max(100).optional().openapi({
    description:
      'What a person types, by name, tag and preview. For each word of it, the key has a word in its name or in a tag that begins so, or its `preview` begins so, also without what stands before its last `_`. Neither case nor accents count. Never send a token.',
    example: 'deploy',
  }),
  tag: listOf(tag, { type: 'string', pattern: '^[^,]+$', minLength: ofTag.least, maxLength: ofTag.most }, tags.most)
    .optional()
    .openapi({
      description: `${ofTags} Repeated, or separated by commas.`,
      example: ['production', 'team blue'],
    }),
  environment: z
    .string()
    .max(16)
    .optional()
    .openapi({ description: 'Only keys of this environment.', example: 'live' }),
  scope: z.string().max(255).optional().openapi({
    description:
      'Only keys that have this scope everywhere: by name, by a scope that gives it, by a wildcard or by a role. Grants on single resources are not looked at.',
    example: 'members.read',
  }),
  status: listOf(keyStatus, { $ref: '#/components/schemas/KeyStatus' })
    .optional()
    .openapi({
      description: 'Only keys with one of these statuses: repeated, or separated by commas.',
      example: ['active', 'disabled'],
    }),
  unused_since: instant.optional().openapi({
    description: 'Only keys that were created before this time, and not used since.',
  }),
  expiring_before: instant.optional().openapi({
    description:
      'Only keys that expire before this time. Those that have expired, too: add `status=active` to leave them out.',
  }),
}

/** The orders of a list: `-` is the latest first, or `z` before `a`. */
export const keySorts = {
  created_at: 'created',
  name: 'name',
  last_used_at: 'lastUsed',
  expires_at: 'expiry',
} as const satisfies Readonly<Record<string, KeySort>>
const sorts = Object.keys(keySorts) as (keyof typeof keySorts)[] // its own

/** Beside a list, which takes texts alone, requests in bulk take it as a boolean. */
export const breaksPolicy =
  'Only keys that could not be made as they are, by the policy of the product as it is now. They go on working until they are ended.'

export const KeyQuery = z.strictObject({
  limit,
  cursor,
  sort: z
    .enum(sorts.flatMap((name) => [name, `-${name}`] as const))
    .optional()
    .openapi({
      description:
        'What the keys are sorted by; with `-`, backwards. A key that was never used comes before those that were, and one that never expires behind those that do. The default is `-created_at`: newest first.',
      example: '-last_used_at',
    }),
  ...keyFilter,
  breaks_policy: z
    .enum(['true', 'false'])
    .optional()
    .openapi({ description: `${breaksPolicy} The default is \`false\`: all.` }),
  owner_id: hostId.optional().openapi({
    description:
      'Only the keys of this person, in place of `owner`. For another person, the caller must manage all keys.',
  }),
  created_by_type: z
    .enum(['user', 'key', 'system'])
    .optional()
    .openapi({ description: 'Only keys that such a creator made; together with `created_by_id`.' }),
  created_by_id: hostId
    .optional()
    .openapi({ description: 'Only keys that this person, key or program created; together with `created_by_type`.' }),
  total: z.enum(['true', 'false']).optional().openapi({
    description: 'Whether the keys of all pages are counted, up to 10,000. The default is `false`.',
  }),
})

/** What selects records of the audit log, in lists and in exports. */
const auditFilter = {
  key_id: ofKey,
  type: auditType.optional().openapi({ description: 'Only records of this type.', example: 'api_key.created' }),
  actor_type: z
    .enum(['user', 'key', 'system'])
    .optional()
    .openapi({ description: 'Only what such an actor did; together with `actor_id`.' }),
  actor_id: hostId.optional().openapi({ description: 'Only what this actor did; together with `actor_type`.' }),
  from,
  to,
}

export const AuditQuery = z.strictObject({ limit, cursor, ...auditFilter })

export const ExportQuery = z.strictObject({
  format: z.enum(['jsonl', 'csv']).optional().openapi({
    description: 'The form of the file. Without it, `Accept` decides; the default is `jsonl`.',
  }),
  ...auditFilter,
})

const interval = z.enum(['hour', 'day']).optional().openapi({
  description: 'What is counted together: an hour, or a day in UTC. The default is `hour`.',
})

export const UsageQuery = z.strictObject({ key_id: ofKey, interval, from, to })

export const KeysUsageQuery = z.strictObject({
  key_ids: listOf(keyId, { type: 'string', pattern: keyIdPattern.source }).openapi({
    description: 'The keys: repeated, or separated by commas.',
    example: ['aB3dE5gH7jK9'],
  }),
  interval,
  from,
  to,
})

export const TopKeysQuery = z.strictObject({
  limit: limit.openapi({ description: 'How many keys at most. The default is 10.', example: 10 }),
  from,
  to,
  owner: keyOwner,
})

export const GrantBody = z
  .strictObject({
    credits: credits.min(1).openapi({ description: 'How many credits are added to the budget.', example: 500 }),
  })
  .openapi('GrantCredits', { description: 'Credits that stay until they are spent.' })

export const BudgetQuery = z.strictObject({
  owner: z.enum(['me', 'organization']).optional().openapi({
    description: 'Whose budget. The default is `me`, with the one of the organisation above it.',
  }),
  owner_id: hostId.optional().openapi({
    description: 'A person, in place of `owner`. For another person, the caller must manage all keys.',
  }),
})

export const DeleteQuery = z.strictObject({
  permanent: z
    .enum(['true', 'false'])
    .optional()
    .openapi({ description: 'Whether the key is also deleted. The default is `false`: it is revoked.' }),
})

export const IdParam = z.object({ id: keyId })

export const TypeParam = z.object({
  type: z.string().min(1).max(64).openapi({ description: 'The type of the resources.', example: 'board' }),
})

export const ChoicesQuery = z.strictObject({
  search: z.string().max(100).optional().openapi({ description: 'What the person has typed.', example: 'road' }),
})
