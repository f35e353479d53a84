import { z } from '@hono/zod-openapi'
import {
  Actor,
  Budget,
  credits,
  HeldRateLimit,
  instant,
  keyId,
  keyStatus,
  Owner,
  RateLimit,
  settings,
} from './fields.js'

export const nextCursor = z
  .string()
  .nullable()
  .openapi({ description: 'The `cursor` of the next page; null on the last one.' })

const keyFields = {
  id: keyId,
  preview: z.string().openapi({ description: 'The beginning of the token, for people.', example: 'tk_live_a1B2…' }),
  environment: z.string().nullable().openapi({ description: 'Where the key works; null: everywhere.' }),
  status: keyStatus,
  version: z
    .int()
    .positive()
    .openapi({ description: '1 at creation; each change adds 1. The `ETag` begins with it.', example: 1 }),
  owner: Owner,
  created_by: Actor,
  ...settings,
  budget: z.union([Budget, z.null()]).openapi({
    description: 'What the calls of the key may cost, beside the budgets of its owner and organisation; null: none.',
  }),
  resource_names: z
    .record(z.string(), z.record(z.string(), z.string().nullable()))
    .optional()
    .openapi({
      description:
        'The names of the resources in `resources`, by type and id; null: not known. It is there if the product names resources.',
      example: { board: { board_1: 'Roadmap' } },
    }),
  metadata: z
    .record(z.string(), z.unknown())
    .openapi({ description: 'What the product keeps of the key. Read-only here.' }),
  created_at: instant.openapi({ description: 'When the key was created.' }),
  updated_at: instant.openapi({ description: 'When the key was last changed.' }),
  disabled_at: instant.nullable().openapi({ description: 'When the key was disabled; null: it is not.' }),
  // Not nullable(): of a schema with a name, it would ask for an object all the same.
  disabled_by: z.union([Actor, z.null()]).openapi({
    description: 'Who disabled the key; null if it is not disabled, or was before this was recorded.',
  }),
  disabled_reason: z
    .string()
    .nullable()
    .openapi({ description: 'Why the key was disabled, for people; null if it is not disabled.' }),
  locked: z.boolean().openapi({
    description: 'Whether somebody else than its owner disabled the key. Then its owner cannot enable it.',
  }),
  revoked_at: instant.nullable().openapi({ description: 'When the key was revoked; null: it was not.' }),
  revoked_reason: z.string().nullable().openapi({ description: 'Why the key was revoked, for people.' }),
  last_used_at: instant.nullable().openapi({ description: 'When the key was last used; null: never.' }),
  previous_token_expires_at: instant
    .nullable()
    .openapi({ description: 'Until when the token before the last rotation works; null: it does not.' }),
  previous_token_last_used_at: instant
    .nullable()
    .openapi({ description: 'When that token was last used; null: it was not, or it does not work.' }),
  revealable: z.boolean().openapi({ description: 'Whether the token can be shown again.' }),
}

export const Key = z.object(keyFields).openapi('Key', { description: 'An API key, without its token.' })

export const KeyWithToken = z
  .object({
    ...keyFields,
    token: z.string().openapi({ description: 'The secret that clients send. It is shown only in this response.' }),
  })
  .openapi('KeyWithToken', { description: 'An API key with its token.' })

export const KeyPage = z
  .object({
    data: z.array(Key).max(100).openapi({ description: 'The keys.' }),
    next_cursor: nextCursor,
    total: z
      .object({
        count: z.int().min(0).max(10_000).openapi({ description: 'How many keys all pages have.', example: 42 }),
        exact: z.boolean().openapi({ description: 'Whether these are all; false: there are more than `count`.' }),
      })
      .optional()
      .openapi({ description: 'There if the request has `total=true`.' }),
  })
  .openapi('KeyPage', { description: 'A page of keys.' })

export const Token = z
  .object({ id: keyId, token: z.string().openapi({ description: 'The secret that clients send.' }) })
  .openapi('Token', { description: 'The token of a key.' })

const count = (description: string) => z.int().min(0).openapi({ description, example: 3 })

export const KeyStats = z
  .object({
    total_created: count('Keys that were ever created, those deleted since included.'),
    active: count('Keys that work.'),
    disabled: count('Keys that can be enabled again.'),
    expired: count('Keys whose time is over.'),
    revoked: count('Keys that were ended for good.'),
    calls_last_24h: count('Calls in this hour and the 23 before it.'),
    last_call_at: instant.nullable().openapi({ description: 'The last call of any of these keys; null: none.' }),
  })
  .openapi('Stats', { description: 'How many keys there are, and how often they are used.' })

const UsagePoint = z
  .object({
    start: instant.openapi({ description: 'When the hour, or the day in UTC, begins.' }),
    count: count('Calls in that hour or day.'),
    refusals: z.record(z.string(), z.int().min(0)).openapi({
      description:
        'Requests with the right token that were refused all the same, by the code of the refusal. Guesses at a key are none of them.',
      example: { api_key_expired: 2, rate_limited: 14 },
    }),
  })
  .openapi('UsagePoint', { description: 'What happened in one hour or day.' })

const points = z.array(UsagePoint).openapi({ description: 'One entry for each hour or day, oldest first.' })

export const Usage = z.object({ data: points }).openapi('Usage', { description: 'Calls and refusals by hour or day.' })

export const KeysUsage = z
  .object({
    data: z
      .array(z.object({ key_id: keyId, data: points }))
      .max(100)
      .openapi({ description: 'One entry for each key, in the order of the request.' }),
  })
  .openapi('KeysUsage', { description: 'Calls and refusals of several keys.' })

export const TopKeys = z
  .object({
    data: z
      .array(
        z.object({
          key_id: keyId,
          name: z
            .string()
            .nullable()
            .openapi({ description: 'The name of the key; null: it was deleted.', example: 'ci-pipeline' }),
          count: count('Calls in the span of time.'),
        }),
      )
      .max(100)
      .openapi({ description: 'The keys, the one with the most calls first.' }),
  })
  .openapi('TopKeys', { description: 'The keys that are used most.' })

export const BudgetState = z
  .object({
    holder: z
      .enum(['key', 'owner', 'organization'])
      .openapi({ description: 'Whose budget it is: that of the key, of its owner, or of the organisation.' }),
    limit: credits.openapi({ description: 'How many credits there are from the beginning.', example: 1_000 }),
    remaining: z.int().min(0).openapi({ description: 'Credits that are left, those that were granted among them.' }),
    overdraft: z
      .int()
      .min(0)
      .openapi({ description: 'What calls cost beyond all that there was: the next credits pay it.', example: 0 }),
    refills_at: instant.nullable().openapi({ description: 'When there are `limit` credits again; null: never.' }),
  })
  .openapi('BudgetState', { description: 'What is left of a budget.' })

export const BudgetStates = z
  .object({ data: z.array(BudgetState).max(3).openapi({ description: 'The budgets, the innermost first.' }) })
  .openapi('BudgetStates', { description: 'What is left of each budget. The least of them is what can be spent.' })

const name = z.string().openapi({ description: 'The name, as requests have it.' })
const grantable = z.boolean().openapi({
  description: 'Whether the caller may give it to a new key of their own.',
})

const Scope = z
  .object({
    name,
    description: z.string().openapi({ description: 'What the scope allows, for people.' }),
    sensitive: z.boolean().openapi({ description: 'Whether a key must name the scope: no wildcard gives it.' }),
  })
  .openapi('Scope', { description: 'Something that a key may be allowed to do.' })

const range = (description: string) =>
  z
    .object({
      minimum: z.int().openapi({ description: 'The fewest, or the least.' }),
      maximum: z.int().openapi({ description: 'The most.' }),
    })
    .openapi({ description, example: { minimum: 1, maximum: 100 } })

const Limits = z
  .object({
    name: range('Characters of a name.'),
    description: range('Characters of a description.'),
    tags: range('How many tags a key has, and a filter.'),
    tag: range('Characters of a tag.'),
    reason: range('Characters of the reason of a revocation, or of why a key is disabled.'),
    scopes: range('How many scopes a request names.'),
    scopes_with_preset: range('How many scopes a key has, with those of its preset.'),
    roles: range('How many roles a key has.'),
    resources: range('How many resources of one type a key names.'),
    ip_allow_list: range('How many addresses and ranges a key names.')
      .extend({
        within: z
          .array(z.string())
          .nullable()
          .openapi({ description: 'A key that this caller makes names some of these; null: any, or none.' }),
      })
      .openapi({ example: { minimum: 0, maximum: 100, within: null } }),
    rate_limits: range('How many rate limits a key has.')
      .extend({
        within: z.array(RateLimit).nullable().openapi({
          description: 'A key that this caller makes admits no more than these; null: than one without limits.',
        }),
      })
      .openapi({ example: { minimum: 0, maximum: 100, within: null } }),
    rate_limit: range('Requests in one window of a rate limit.'),
    window_ms: range('Milliseconds of such a window, in whole seconds.'),
    budget: range('Credits of a budget, and of one grant.'),
    grace_ms: range('Milliseconds for which the token before a rotation still works.'),
    rotation_every_ms: range('Milliseconds from one rotation of a schedule to the next.'),
    expires_at: z
      .object({
        latest: instant.openapi({ description: 'The last expiry that the caller may give to a new key.' }),
        may_be_null: z.boolean().openapi({
          description: 'Whether the caller may make a key that never expires, by their own rights and by the policy.',
        }),
      })
      .openapi({ description: 'The bounds of an expiry. It must be in the future.' }),
  })
  .openapi('Limits', { description: 'How long, how many and how much requests may ask for.' })

const environmentName = z.string().nullable()

export const Catalog = z
  .object({
    scopes: z.array(z.object({ ...Scope.shape, grantable })).openapi({
      description: 'What keys can be allowed to do everywhere. Scopes of resources are with their levels.',
    }),
    presets: z
      .array(
        z.object({
          name,
          scopes: z.array(z.string()).openapi({ description: 'What the preset gives.' }),
          grantable,
        }),
      )
      .openapi({ description: 'Named sets of scopes. A key keeps what the preset has at its creation.' }),
    roles: z
      .array(
        z.object({
          name,
          scopes: z
            .array(z.string())
            .nullable()
            .openapi({ description: 'What the role gives; null: the product decides at each request.' }),
          grantable,
        }),
      )
      .openapi({ description: 'Named sets of scopes that are looked up at each use of a key.' }),
    resources: z
      .array(
        z.object({
          type: z.string().openapi({ description: 'The type of the resources.', example: 'board' }),
          levels: z
            .array(z.object({ name, scopes: z.array(Scope).openapi({ description: 'What the level gives.' }) }))
            .openapi({ description: 'The levels, lowest first. Each gives what those below it give.' }),
        }),
      )
      .openapi({ description: 'The types of resources that keys can be given.' }),
    environments: z.array(environmentName).openapi({
      description: 'Where keys can work; null alone: the product has no environments.',
    }),
    environment: environmentName.openapi({ description: 'The environment that answers.' }),
    revealable: z.array(environmentName).openapi({ description: 'The environments whose tokens can be shown again.' }),
    rotation_schedules: z
      .boolean()
      .openapi({ description: 'Whether keys can have schedules: the product delivers the new tokens.' }),
    plan: z
      .object({
        max_keys: z
          .union([z.int(), z.literal('unlimited')])
          .openapi({ description: 'How many keys the plan allows.', example: 10 }),
        used: count('How many of them there are.'),
      })
      .openapi({ description: 'The plan of the organisation.' }),
    policy: z
      .object({
        max_lifetime_ms: z.int().min(1).nullable().openapi({
          description:
            'How long after its creation a key may end at the latest, in milliseconds; null: it may live for ever.',
          example: 7_776_000_000,
        }),
        default_lifetime_ms: z.int().min(1).nullable().openapi({
          description: 'After how many milliseconds a new key ends whose `expires_at` is left out; null: never.',
          example: 2_592_000_000,
        }),
        require_expiry: z.boolean().openapi({ description: 'Whether a key must have an `expires_at`.' }),
        require_ip_allow_list: z.boolean().openapi({ description: 'Whether a key must have an `ip_allow_list`.' }),
      })
      .openapi({ description: 'What keys must be like. Keys that are there already go on working.' }),
    rate_limits: z.array(HeldRateLimit).openapi({
      description:
        'The limits of keys that have none of their own. Those of an owner or of the organisation hold for every key.',
    }),
    budgets: z.boolean().openapi({ description: 'Whether a key can have a budget.' }),
    limits: Limits,
    permissions: z
      .object({
        read: z.boolean().openapi({ description: 'To see keys.' }),
        create: z.boolean().openapi({ description: 'To create, change and rotate keys.' }),
        revoke: z.boolean().openapi({ description: 'To disable, revoke and delete keys.' }),
        manage_all: z.boolean().openapi({ description: 'To do the same with the keys of others.' }),
        reveal: z.boolean().openapi({ description: 'To see tokens again.' }),
        audit_read: z.boolean().openapi({ description: 'To read the audit log.' }),
        audit_export: z.boolean().openapi({ description: 'To export the audit log.' }),
        webhooks_read: z.boolean().openapi({ description: 'To see webhooks, and what was sent to them.' }),
        webhooks_manage: z.boolean().openapi({ description: 'To create, change, test and delete webhooks.' }),
      })
      .openapi({ description: 'The permissions of the caller.' }),
  })
  .openapi('Catalog', { description: 'What the caller may ask for.' })

export const Choices = z
  .object({
    data: z
      .array(
        z.object({
          id: z.string().openapi({ description: 'The id of the resource.', example: 'board_1' }),
          name: z.string().openapi({ description: 'The name that people see.', example: 'Roadmap' }),
        }),
      )
      .openapi({ description: 'The resources.' }),
  })
  .openapi('ResourceChoices', { description: 'Resources that a key can be given.' })

export const People = z
  .object({
    data: z
      .array(
        z.object({
          id: z.string().openapi({ description: 'The id of the person.', example: 'user_42' }),
          name: z.string().openapi({ description: 'The name that people see.', example: 'Ada Lovelace' }),
        }),
      )
      .max(100)
      .openapi({ description: 'The people.' }),
  })
  .openapi('People', { description: 'People whose keys there may be.' })

export const AuditRecord = z
  .object({
    seq: z.int().openapi({ description: 'The number of the record: 1, 2, 3 … without gaps.', example: 1 }),
    at: instant.openapi({ description: 'When it happened.' }),
    type: z.string().openapi({ description: 'What happened.', example: 'api_key.created' }),
    actor: Actor,
    key_id: z.string().nullable().openapi({ description: 'The key that it is about; null: the log itself.' }),
    context: z
      .object({
        request_id: z.string().optional().openapi({ description: 'The `X-Request-Id` of the request.' }),
        ip: z.string().optional().openapi({ description: 'The address that the request came from.' }),
        user_agent: z.string().optional().openapi({ description: 'The `User-Agent` of the request.' }),
      })
      .openapi({ description: 'The request behind it.' }),
    data: z.record(z.string(), z.unknown()).openapi({ description: 'What was changed.' }),
    audit_key_id: z.string().nullable().openapi({ description: 'The secret key that `hash` was made with.' }),
    hash: z.string().openapi({ description: 'Covers this record and all before it.' }),
  })
  .openapi('AuditRecord', { description: 'Something that was done.' })

export const AuditPage = z
  .object({ data: z.array(AuditRecord).max(100).openapi({ description: 'The records.' }), next_cursor: nextCursor })
  .openapi('AuditPage', { description: 'A page of the audit log.' })
