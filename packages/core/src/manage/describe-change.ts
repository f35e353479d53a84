import type { AuditType, JsonObject, JsonValue, KeySettings } from '../values/index.js'

/** The grants and expiry of a key, as the audit log puts them. */
export function describeGrants(settings: KeySettings): JsonObject {
  return {
    ...scopesOf(settings),
    ...resourcesOf(settings),
    ...limitsOf(settings),
    ...(settings.budget === null ? {} : budgetOf(settings)),
    ...(settings.binding === null ? {} : bindingOf(settings)),
  }
}

/** What an update changed, one entry for each kind of change, with before and after; nothing where nothing differs. */
export function describeUpdate(
  before: KeySettings,
  after: KeySettings,
): readonly { readonly type: AuditType; readonly data: JsonObject }[] {
  const parts: readonly [AuditType, (settings: KeySettings) => JsonObject][] = [
    ['api_key.renamed', ({ name }) => ({ name })],
    ['api_key.settings_changed', ({ description, tags, metadata }) => ({ description, tags, metadata })],
    ['api_key.scopes_changed', scopesOf],
    ['api_key.grants_changed', resourcesOf],
    [
      'api_key.limits_changed',
      (settings) => ({ ...limitsOf(settings), ...budgetOf(settings), ...bindingOf(settings) }),
    ],
  ]
  return parts.flatMap(([type, part]) => {
    const was = part(before)
    const is = part(after)
    const differing = Object.keys(is).filter((field) => JSON.stringify(was[field]) !== JSON.stringify(is[field]))
    if (differing.length === 0) return []
    return [{ type, data: { before: pick(was, differing), after: pick(is, differing) } }]
  })
}

function scopesOf({ grants, preset }: KeySettings): JsonObject {
  return { scopes: grants.scopes, roles: grants.roles, preset }
}

function resourcesOf({ grants }: KeySettings): JsonObject {
  const entries = Object.entries(grants.resources).map(([type, grant]): [string, JsonValue] => [type, { ...grant }])
  return { resources: Object.fromEntries(entries) }
}

function limitsOf({ expiresAt, ipAllowList, rateLimits }: KeySettings): JsonObject {
  return {
    // An unreadable instant has no text of its own.
    expiresAt: expiresAt === null ? null : Number.isNaN(expiresAt.getTime()) ? 'unreadable' : expiresAt.toISOString(),
    ipAllowList,
    rateLimits: rateLimits?.map((rateLimit) => ({ ...rateLimit })) ?? null,
  }
}

function budgetOf({ budget }: KeySettings): JsonObject {
  return { budget: budget === null ? null : { limit: budget.limit, refill: budget.refill && { ...budget.refill } } }
}

function bindingOf({ binding }: KeySettings): JsonObject {
  return { binding: binding && { ...binding } }
}

function pick(object: JsonObject, fields: readonly string[]): JsonObject {
  return Object.fromEntries(fields.map((field) => [field, object[field] ?? null]))
}
