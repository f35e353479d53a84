import type { AuditRecord, Key, KeyStats, RateLimit, UsagePoint } from '@keywright/core'
import { snakeCaseNames } from './snake-case.js'

const instant = (date: Date | null): string | null => date?.toISOString() ?? null

/** A key as the API shows it. */
export function keyToJson(key: Key) {
  return {
    id: key.id,
    preview: key.preview,
    environment: key.environment,
    status: key.status,
    version: key.version,
    owner:
      key.owner.type === 'user'
        ? { type: key.owner.type, id: key.owner.id, organization_id: key.owner.organizationId }
        : { type: key.owner.type, id: key.owner.id },
    created_by: { ...key.createdBy },
    name: key.name,
    description: key.description,
    scopes: [...key.grants.scopes],
    preset: key.preset,
    roles: [...key.grants.roles],
    resources: { ...key.grants.resources },
    expires_at: instant(key.expiresAt),
    ip_allow_list: key.ipAllowList === null ? null : [...key.ipAllowList],
    rate_limits: rateLimitsToJson(key.rateLimits),
    metadata: { ...key.metadata },
    created_at: key.createdAt.toISOString(),
    updated_at: key.updatedAt.toISOString(),
    disabled_at: instant(key.disabledAt),
    disabled_by: key.disabledBy === null ? null : { ...key.disabledBy },
    locked: key.locked,
    revoked_at: instant(key.revokedAt),
    revoked_reason: key.revokedReason,
    last_used_at: instant(key.lastUsedAt),
    previous_token_expires_at: instant(key.previousTokenExpiresAt),
    revealable: key.revealable,
  }
}

/** Rate limits as the API shows them. */
export function rateLimitsToJson(limits: readonly RateLimit[] | null) {
  return limits?.map(({ limit, windowMs }) => ({ limit, window_ms: windowMs })) ?? null
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
export function auditToJson({ seq, at, type, actor, keyId, context, data, auditKeyId, hash }: AuditRecord) {
  const { requestId, ip, userAgent } = context
  return {
    seq,
    at: at.toJSON(), // null for a time that nobody can read: the other records are shown all the same
    type,
    actor: { ...actor },
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
