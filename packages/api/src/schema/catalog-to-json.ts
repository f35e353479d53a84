import type { Access } from '@keywright/core'
import { type Capabilities, type Grantable, inputLimits } from '@keywright/core/adapter'
import { heldRateLimitsToJson, rateLimitsToJson } from './to-json.js'

/**
 * The catalog as the API shows it: what a creation accepts, and what of it this caller may give.
 *
 * @param grantable - `null`: the caller may create no keys.
 */
export function catalogToJson(access: Access, capabilities: Capabilities, grantable: Grantable | null) {
  const { environments, environment, revealable, plan, policy, budgets, rateLimits } = capabilities
  const may = (kind: 'scopes' | 'presets' | 'roles', name: string): boolean => grantable?.[kind].includes(name) === true
  const scopeToJson = (name: string) => {
    const { description = '', sensitive = false } = access.scopes.get(name) ?? {}
    return { name, description, sensitive }
  }
  return {
    scopes: [...access.scopes.keys()]
      .filter((name) => !access.resourceScopes.has(name))
      .map((name) => ({ ...scopeToJson(name), grantable: may('scopes', name) })),
    presets: [...access.presets].map(([name, scopes]) => ({ name, scopes, grantable: may('presets', name) })),
    roles: [...access.roles].map(([name, scopes]) => ({
      name,
      scopes: typeof scopes === 'function' ? null : scopes,
      grantable: may('roles', name),
    })),
    resources: [...access.resources].map(([type, { levels, scopesByLevel }]) => ({
      type,
      levels: levels.map((name) => ({ name, scopes: [...(scopesByLevel.get(name) ?? [])].map(scopeToJson) })),
    })),
    environments,
    environment,
    revealable,
    plan: { max_keys: plan.maxKeys, used: plan.used },
    policy: {
      max_lifetime_ms: policy.maxLifetimeMs,
      default_lifetime_ms: policy.defaultLifetimeMs,
      require_expiry: policy.requireExpiry,
      require_ip_allow_list: policy.requireIpAllowList,
    },
    rate_limits: heldRateLimitsToJson(rateLimits),
    budgets,
    limits: limitsToJson(grantable, capabilities),
  }
}

function limitsToJson(
  grantable: Pick<Grantable, 'expiresAt' | 'ipAllowList' | 'rateLimits'> | null,
  { policy, latestExpiry }: Pick<Capabilities, 'policy' | 'latestExpiry'>,
) {
  const ends = [grantable?.expiresAt ?? null, latestExpiry].filter((end) => end !== null)
  const expiresAt = ends.length === 0 ? null : new Date(Math.min(...ends.map(Number)))
  const { name, description, tags, tag, reason, scopes, roles, resources, ipAllowList } = inputLimits
  const { rateLimits, rateLimit, windowMs, budget, graceMs, rotationEveryMs, lastYear } = inputLimits
  const range = ({ least = 0, most }: { readonly least?: number; readonly most: number }) => ({
    minimum: least,
    maximum: most,
  })
  return {
    name: range(name),
    description: range(description),
    tags: range(tags),
    tag: range(tag),
    reason: range(reason),
    scopes: range(scopes),
    scopes_with_preset: range({ most: scopes.withPreset }),
    roles: range(roles),
    resources: range(resources),
    ip_allow_list: { ...range(ipAllowList), within: grantable?.ipAllowList ?? null },
    rate_limits: { ...range(rateLimits), within: rateLimitsToJson(grantable?.rateLimits ?? null) },
    rate_limit: range(rateLimit),
    window_ms: range(windowMs),
    budget: range(budget),
    grace_ms: range(graceMs),
    rotation_every_ms: range(rotationEveryMs),
    expires_at: {
      latest: (expiresAt ?? new Date(Date.UTC(lastYear + 1, 0) - 1)).toISOString(),
      may_be_null: expiresAt === null && !policy.requireExpiry,
    },
  }
}
