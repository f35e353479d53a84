import type { z } from '@hono/zod-openapi'
import type { RevokeInput, SettingsInput, UpdateInput } from '@keywright/core'
import type { BudgetInput } from './fields.js'
import type { RevokeBody, UpdateBody } from './requests.js'

/** The settings in a request body, as the keyring takes them. The keyring itself checks the names of scopes and resources. */
export function settingsFromJson(body: z.output<typeof UpdateBody>): SettingsInput & Omit<UpdateInput, 'name'> {
  const { description, tags, scopes, preset, roles, expires_at, ip_allow_list, rate_limits, budget, binding } = body
  return {
    description,
    tags,
    scopes: scopes as UpdateInput['scopes'], // checked by the keyring
    preset,
    roles,
    resources: body.resources as UpdateInput['resources'], // checked by the keyring
    expiresAt: expires_at === null ? null : dateFromJson(expires_at),
    ipAllowList: ip_allow_list,
    rateLimits:
      rate_limits === null ? null : rate_limits?.map(({ limit, window_ms }) => ({ limit, windowMs: window_ms })),
    budget: budget === null || budget === undefined ? budget : budgetFromJson(budget),
    binding,
  }
}

function budgetFromJson({ limit, refill }: z.output<typeof BudgetInput>): SettingsInput['budget'] {
  if (refill === null || refill === undefined) return { limit, refill: null }
  return { limit, refill: { every: refill.every, timeZone: refill.time_zone } }
}

/** An instant in a request, which its schema has checked. */
export function dateFromJson(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text)
}

/** What a revocation is told. An instant that is left out must not be there: the keyring takes it for one that got lost. */
export function revokeFromJson({ reason, at }: z.output<typeof RevokeBody>): RevokeInput {
  return { reason, ...(at === undefined ? {} : { at: new Date(at) }) }
}
