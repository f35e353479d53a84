import { z } from '@hono/zod-openapi'
import type { AuditType, KeyStatus } from '@keywright/core'
import { inputLimits, unprintable } from '@keywright/core/adapter'

const { name, description, tags, tag: ofTag, scopes, roles } = inputLimits
const { ipAllowList, rateLimits, rateLimit, windowMs, budget, keyId: ofKeyId } = inputLimits

export const instant = z.iso.datetime({ offset: true }).openapi({ example: '2030-01-01T00:00:00.000Z' })

/** An id of the product's: of a person, an organisation or a resource. */
export const hostId = z
  .string()
  .min(inputLimits.id.least)
  .max(inputLimits.id.most)
  .refine((text) => !unprintable.test(text), 'an id: printable characters only')
  .openapi({ description: 'An id that the product gives.', example: 'user_42' })

export const keyIdPattern = new RegExp(`^[0-9A-Za-z]{${ofKeyId.length}}$`)

/** The id of a key. By its form, no address of the API is taken for one. */
export const keyId = z
  .string()
  .regex(keyIdPattern, `the id of a key: ${ofKeyId.length} letters and digits`)
  .openapi({ description: 'The id of a key.', example: 'aB3dE5gH7jK9' })

// An object and not a list: the compiler says so when core gets another status.
export const keyStatus = z
  .enum({
    active: 'active',
    disabled: 'disabled',
    revoked: 'revoked',
    expired: 'expired',
  } satisfies { [S in KeyStatus]: S })
  .openapi('KeyStatus', { description: 'Only an active key works. A disabled one can be enabled again.' })

/** The same for types of records. Records that are read may be of other types: a newer version may have written them. */
export const auditType = z
  .enum({
    'api_key.created': 'api_key.created',
    'api_key.imported': 'api_key.imported',
    'api_key.renamed': 'api_key.renamed',
    'api_key.settings_changed': 'api_key.settings_changed',
    'api_key.scopes_changed': 'api_key.scopes_changed',
    'api_key.grants_changed': 'api_key.grants_changed',
    'api_key.limits_changed': 'api_key.limits_changed',
    'api_key.enabled': 'api_key.enabled',
    'api_key.disabled': 'api_key.disabled',
    'api_key.revoked': 'api_key.revoked',
    'api_key.end_scheduled': 'api_key.end_scheduled',
    'api_key.deleted': 'api_key.deleted',
    'api_key.rotated': 'api_key.rotated',
    'api_key.rotation_grace_ended': 'api_key.rotation_grace_ended',
    'api_key.leak_reported': 'api_key.leak_reported',
    'api_key.transferred': 'api_key.transferred',
    'api_key.rotation_scheduled': 'api_key.rotation_scheduled',
    'api_key.delivered': 'api_key.delivered',
    'api_key.revealed': 'api_key.revealed',
    'audit.exported': 'audit.exported',
    'audit.pruned': 'audit.pruned',
    'budget.granted': 'budget.granted',
    'tool.called': 'tool.called',
    'webhook.created': 'webhook.created',
    'webhook.updated': 'webhook.updated',
    'webhook.paused': 'webhook.paused',
    'webhook.resumed': 'webhook.resumed',
    'webhook.secret_rotated': 'webhook.secret_rotated',
    'webhook.tested': 'webhook.tested',
    'webhook.replayed': 'webhook.replayed',
    'webhook.disabled': 'webhook.disabled',
    'webhook.deleted': 'webhook.deleted',
  } satisfies { [T in AuditType]: T })
  .openapi('AuditType', { description: 'What happened.' })

/** A part of a scope, or a wildcard in its place. */
export const segment = String.raw`(?:\*|[a-z0-9][a-z0-9_-]{0,63})`

/** A scope, or a wildcard. */
const scope = z
  .string()
  .max(255)
  .regex(new RegExp(`^${segment}(?:\\.${segment}){0,15}$`), 'a scope, or a wildcard such as members.*')
  .openapi({ example: 'members.read' })

const label = z.string().min(1).max(64)

export const ResourceGrant = z
  .discriminatedUnion('mode', [
    z
      .strictObject({
        mode: z.literal('all').openapi({ description: 'All resources of the type, those to come included.' }),
        level: label.openapi({ description: 'The level on each of them.', example: 'read' }),
      })
      .openapi({ title: 'On all resources' }),
    z
      .strictObject({
        mode: z.literal('specific').openapi({ description: 'Only the resources that are named.' }),
        levels: z.record(z.string(), label).openapi({
          description: 'The level on each resource, by its id.',
          example: { board_1: 'read' },
          maxProperties: inputLimits.resources.most,
        }),
      })
      .openapi({ title: 'On some resources' }),
  ])
  .openapi('ResourceGrant', { description: 'What a key may do with the resources of one type.' })

const wholeSeconds = {
  error: `a whole number of seconds in milliseconds, from ${windowMs.least} to ${windowMs.most}`,
  abort: true,
}

export const RateLimit = z
  .strictObject({
    limit: z
      .int()
      .min(rateLimit.least)
      .max(rateLimit.most)
      .openapi({ description: 'How many requests a window admits.', example: 600 }),
    window_ms: z
      .int(wholeSeconds)
      .min(windowMs.least, wholeSeconds)
      .max(windowMs.most, wholeSeconds)
      .multipleOf(windowMs.step, wholeSeconds)
      .openapi({
        description: 'How long a window is, in milliseconds: whole seconds.',
        example: 60_000,
        multipleOf: windowMs.step,
      }),
  })
  .openapi('RateLimit', { description: 'At most `limit` requests in each window of `window_ms` milliseconds.' })

export const HeldRateLimit = z
  .object({
    ...RateLimit.shape,
    per: z.enum(['key', 'owner', 'organization']).openapi({
      description:
        'Whose requests are counted together: those of one key, of all keys of its owner, or of all keys of the organisation.',
      example: 'key',
    }),
  })
  .openapi('HeldRateLimit', { description: 'A rate limit that holds for a key, and whose requests it counts.' })

/** A number of credits. */
export const credits = z.int().min(budget.least).max(budget.most)

const every = z.enum(['day', 'month']).openapi({ description: 'At the beginning of each day or month.' })
const timeZone = z
  .string()
  .min(1)
  .max(64)
  .openapi({ description: 'By the calendar of this time zone, as IANA names it.', example: 'Europe/Berlin' })

// Without a name of its own: what is made nullable would be nullable under that name.
export const BudgetInput = z.strictObject({
  limit: credits.openapi({ description: 'How many credits calls may cost.', example: 1_000 }),
  refill: z.strictObject({ every, time_zone: timeZone.optional() }).nullable().optional().openapi({
    description: 'When there are as many again, in UTC by default; null, or left out: what is spent stays spent.',
  }),
})

export const Budget = z
  .object({
    limit: credits.openapi({ description: 'How many credits calls may cost.', example: 1_000 }),
    refill: z
      .object({ every, time_zone: timeZone })
      .nullable()
      .openapi({ description: 'When there are as many again; null: what is spent stays spent.' }),
  })
  .openapi('Budget', { description: 'Credits that the calls of a key count down.' })

/** 32 bytes in base64url. */
const thumbprint = z
  .string()
  .regex(/^[0-9A-Za-z_-]{42}[AEIMQUYcgkosw048]$/, 'a SHA-256 in base64url: 43 characters')
  .openapi({ example: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs' })

export const Binding = z
  .discriminatedUnion('type', [
    z
      .strictObject({
        type: z.literal('dpop').openapi({ description: 'Each request has a signed proof (RFC 9449).' }),
        jkt: thumbprint.openapi({ description: 'The thumbprint of the public key (RFC 7638).' }),
      })
      .openapi({ title: 'To a key of the client' }),
    z
      .strictObject({
        type: z.literal('mtls').openapi({ description: 'Each request comes with a certificate (RFC 8705).' }),
        thumbprint: thumbprint.openapi({ description: 'The SHA-256 of the certificate.' }),
      })
      .openapi({ title: 'To a certificate' }),
  ])
  .openapi('Binding', { description: 'What a request must prove beside the token, so that it does nothing alone.' })

function isWithin({ length }: string, { least, most }: { readonly least: number; readonly most: number }): boolean {
  return length >= least && length <= most
}

/** A tag. The keyring trims and normalizes it, and so finds out how long it is. */
export const tag = z
  .string()
  .regex(/^[^,]+$/, 'a tag without a comma')
  .refine(
    (text) => isWithin(text.normalize('NFC').trim(), ofTag),
    `a tag of ${ofTag.least} to ${ofTag.most} characters`,
  )
  .openapi({ minLength: ofTag.least, maxLength: ofTag.most, example: 'production' })

/** What a key's owner may set. Texts are as long as the keyring finds them, which trims names and normalizes all. */
export const settings = {
  name: z
    .string()
    .refine(
      (text) => isWithin(text.normalize('NFC').trim(), name),
      `a string of ${name.least} to ${name.most} characters`,
    )
    .openapi({
      description: `What people call the key: ${name.least} to ${name.most} printable characters.`,
      minLength: name.least,
      maxLength: name.most,
      example: 'ci-pipeline',
    }),
  description: z
    .string()
    .refine(
      (text) => isWithin(text.normalize('NFC'), { least: 0, ...description }),
      `at most ${description.most} characters`,
    )
    .nullable()
    .openapi({ description: 'What the key is for.', maxLength: description.most, example: 'Deploys the website.' }),
  tags: z
    .array(tag)
    .max(tags.most)
    .openapi({
      description: `Words by which people find and group keys: at most ${tags.most}, each of ${ofTag.least} to ${ofTag.most} printable characters without a comma. Two that differ in case or accents alone are refused. They give no rights, and come sorted.`,
      example: ['production', 'team blue'],
    }),
  scopes: z
    .array(scope)
    .max(scopes.most)
    .openapi({
      description: `Scopes and wildcards; with those of the preset, at most ${scopes.withPreset}.`,
      example: ['members.read'],
    }),
  preset: z
    .string()
    .max(64)
    .nullable()
    .openapi({ description: 'A named set of scopes, as it is at the time of the request.', example: 'read-only' }),
  roles: z
    .array(label)
    .max(roles.most)
    .openapi({
      description: 'Named sets of scopes, each as it is at the time of use.',
      example: ['planner'],
    }),
  resources: z.record(z.string(), ResourceGrant).openapi({
    description: 'What the key may do with resources, by their type.',
    example: { board: { mode: 'all', level: 'read' } },
  }),
  expires_at: instant.nullable().openapi({ description: 'From then on the key is refused; null: never.' }),
  ip_allow_list: z
    .array(z.string().min(1).max(64).openapi({ example: '192.0.2.0/24' }))
    .max(ipAllowList.most)
    .nullable()
    .openapi({ description: 'Addresses and CIDR ranges that may use the key; null: any, and an empty list: none.' }),
  rate_limits: z
    .array(RateLimit)
    .min(rateLimits.least)
    .max(rateLimits.most)
    .nullable()
    .openapi({ description: 'Limits in place of those of the plan, one for each window; null: those of the plan.' }),
  budget: BudgetInput.nullable().openapi({
    description: 'What the calls of the key may cost, beside the budgets of its owner and organisation; null: none.',
  }),
  // Not nullable(): of a schema with a name, it would ask for an object all the same.
  binding: z.union([Binding, z.null()]).openapi({
    description:
      'What a request must prove beside the token; null: nothing. Refused where the product checks no proofs.',
  }),
}

const nameField = z.string().nullable().optional().openapi({
  description: 'The name that people see; null: not known. It is there if the product names people.',
  example: 'Ada Lovelace',
})

export const Actor = z
  .object({
    type: z.enum(['user', 'key', 'system']).openapi({ description: '`system` is the product itself.' }),
    id: hostId,
    name: nameField,
  })
  .openapi('Actor', { description: 'Who did something.' })

export const Owner = z
  .union([
    z
      .object({
        type: z.literal('user').openapi({ description: 'A person.' }),
        id: hostId,
        organization_id: hostId,
        name: nameField,
      })
      .openapi({ title: 'A person' }),
    z
      .object({ type: z.literal('organization').openapi({ description: 'The whole organisation.' }), id: hostId })
      .openapi({ title: 'An organisation' }),
  ])
  .openapi('Owner', { description: 'Whom a key belongs to.' })
