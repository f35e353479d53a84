import type {
  Actor,
  AuditRecord,
  Budget,
  BudgetState,
  Key,
  KeyStats,
  RateLimit,
  StandardRateLimit,
  UsagePoint,
} from '@keywright/core'
import { snakeCaseNames } from './snake-case.js'

const instant = (date: Date | null): string | null => date?.toISOString() ?? null

/** What names people and resources. */
interface NamesOfPage {
  user(id: string): string | null
  resource(type: string, id: string): string | null
}

/**
 * A key as the API shows it.
 *
 * @param names - `null`: the product names nobody.
 */
export function keyToJson(key: Key, names: NamesOfPage | null = null) {
  return {
    id: key.id,
    preview: key.preview,
    environment: key.environment,
    status: key.status,
    version: key.version,
    owner:
      key.owner.type === 'user'
        ? {
            type: key.owner.type,
            id: key.owner.id,
            organization_id: key.owner.organizationId,
            ...(names === null ? {} : { name: names.user(key.owner.id) }),
          }
        : { type: key.owner.type, id: key.owner.id },
    created_by: actorToJson(key.createdBy, names),
    name: key.name,
    description: key.description,
    tags: [...key.tags],
    scopes: [...key.grants.scopes],
    preset: key.preset,
    roles: [...key.grants.roles],
    resources: { ...key.grants.resources },
    ...(names === null ? {} : { resource_names: resourceNames(key, names) }),
    expires_at: instant(key.expiresAt),
    ip_allow_list: key.ipAllowList === null ? null : [...key.ipAllowList],
    rate_limits: rateLimitsToJson(key.rateLimits),
    budget: budgetToJson(key.budget),
    binding: key.binding === null ? null : { ...key.binding },
    metadata: { ...key.metadata },
    created_at: key.createdAt.toISOString(),
    updated_at: key.updatedAt.toISOString(),
    disabled_at: instant(key.disabledAt),
    disabled_by: key.disabledBy === null ? null : actorToJson(key.disabledBy, names),
    disabled_reason: key.disabledReason,
    locked: key.locked,
    revoked_at: instant(key.revokedAt),
    revoked_reason: key.revokedReason,
    last_used_at: instant(key.lastUsedAt),
    previous_token_expires_at: instant(key.previousTokenExpiresAt),
    previous_token_last_used_at: instant(key.previousTokenLastUsedAt),
    revealable: key.revealable,
  }
}

/** Who did something, as the API shows it. */
export function actorToJson({ type, id }: Actor, names: NamesOfPage | null) {
  return { type, id, ...(names === null ? {} : { name: type === 'user' ? names.user(id) : null }) }
}

function resourceNames({ grants }: Key, names: NamesOfPage) {
  const ofTypes = Object.entries(grants.resources).flatMap(([type, grant]) =>
    grant.mode === 'all'
      ? []
      : [[type, Object.fromEntries(Object.keys(grant.levels).map((id) => [id, names.resource(type, id)]))] as const],
  )
  return Object.fromEntries(ofTypes)
}

/** Rate limits as the API shows them. */
export function rateLimitsToJson(limits: readonly RateLimit[] | null) {
  return limits?.map(({ limit, windowMs }) => ({ limit, window_ms: windowMs })) ?? null
}

/** Rate limits that hold for a key, as the API shows them. */
export function heldRateLimitsToJson(limits: readonly StandardRateLimit[]) {
  return limits.map(({ limit, windowMs, per = 'key' }) => ({ limit, window_ms: windowMs, per }))
}

function budgetToJson(budget: Budget | null) {
  if (budget === null) return null
  const { limit, refill } = budget
  return { limit, refill: refill === null ? null : { every: refill.every, time_zone: refill.timeZone } }
}

/** What is left of a budget, as the API shows it. */
export function budgetStateToJson({ holder, limit, remaining, overdraft, refillsAt }: BudgetState) {
  return { holder, limit, remaining, overdraft, refills_at: instant(refillsAt) }
}

/** Statistics as the API shows them. */
export function statsToJson(stats: KeyStats) {
  return {
    total_created: stats.totalCreated,
    active: stats.active,
    disabled: stats.disabled,
    expired: stats.expired,
    revoked: stats.revoked,
    calls_last_24h: stats.callsLast24h,
    last_call_at: instant(stats.lastCallAt),
  }
}

/** An hour or a day of usage as the API shows it. */
export function pointToJson({ start, count, refusals }: UsagePoint) {
  return { start: start.toISOString(), count, refusals: { ...refusals } }
}

/** An audit record as the API shows it. Its `hash` is of the record as the keyring has it: see the export as JSON Lines. */
export function auditToJson(record: AuditRecord, names: NamesOfPage | null = null) {
  const { seq, at, type, actor, keyId, context, data, auditKeyId, hash } = record
  const { requestId, ip, userAgent } = context
  return {
    seq,
    at: at.toJSON(), // null for a time that nobody can read: the other records are shown all the same
    type,
    actor: actorToJson(actor, names),
    key_id: keyId,
    context: {
      ...(requestId === undefined ? {} : { request_id: requestId }),
      ...(ip === undefined ? {} : { ip }),
      ...(userAgent === undefined ? {} : { user_agent: userAgent }),
    },
    data: snakeCaseNames(data),
    audit_key_id: auditKeyId,
    hash,
  }
}
