import type { Key } from '@keywright/core'
import { fields } from '../terminal/index.js'
import { wordsOf } from './owner-options.js'

/** All of a key that people may see, a line for each. */
export function describeKey(key: Key): string {
  const { grants, createdBy, disabledBy } = key
  const resources = Object.entries(grants.resources).flatMap(([type, grant]) =>
    grant.mode === 'all'
      ? `${type}:*=${grant.level}`
      : Object.entries(grant.levels).map(([id, level]) => `${type}:${id}=${level}`),
  )
  return fields([
    ['id', key.id],
    ['name', key.name],
    ['description', key.description],
    ['tags', key.tags.join(', ')],
    ['status', key.locked ? `${key.status}, locked` : key.status],
    ['owner', wordsOf(key.owner)],
    ['environment', key.environment],
    ['preview', key.preview],
    ['scopes', grants.scopes.join(', ')],
    ['preset', key.preset],
    ['roles', grants.roles.join(', ')],
    ['resources', resources.join(', ')],
    ['addresses', key.ipAllowList === null ? 'any' : key.ipAllowList.join(', ') || 'none'],
    ['rate limits', key.rateLimits?.map(({ limit, windowMs }) => `${limit}/${windowMs / 1_000}s`).join(', ') ?? null],
    ['budget', budgetInWords(key)],
    ['bound to', boundTo(key)],
    ['metadata', Object.keys(key.metadata).length === 0 ? null : JSON.stringify(key.metadata)],
    ['created', key.createdAt],
    ['created by', `${createdBy.type} ${createdBy.id}`],
    ['changed', key.updatedAt],
    ['last used', key.lastUsedAt],
    ['expires', key.expiresAt],
    ['disabled', key.disabledAt],
    ['disabled by', disabledBy === null ? null : `${disabledBy.type} ${disabledBy.id}`],
    ['disabled because', key.disabledReason],
    ['revoked', key.revokedAt],
    ['revoked because', key.revokedReason],
    ['old token until', key.previousTokenExpiresAt],
    ['old token last used', oldTokenUse(key)],
    ['version', key.version],
  ])
}

function budgetInWords({ budget }: Key): string | null {
  if (budget === null) return null
  const { limit, refill } = budget
  return refill === null ? String(limit) : `${limit}/${refill.every}, ${refill.timeZone}`
}

function boundTo({ binding }: Key): string | null {
  if (binding === null) return null
  return binding.type === 'dpop' ? `a key of the client: ${binding.jkt}` : `a certificate: ${binding.thumbprint}`
}

/** Where nobody uses the old token any more, it may go. */
function oldTokenUse({ previousTokenExpiresAt: until, previousTokenLastUsedAt: at }: Key): Date | string | null {
  return until === null ? null : (at ?? 'not since the rotation')
}
