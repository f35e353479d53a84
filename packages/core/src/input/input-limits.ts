import { maxCredits } from '../budgets/index.js'
import { ID_LENGTH } from '../crypto/index.js'
import { maxIpRanges } from '../ip/index.js'
import { maxLimit, maxRateLimits, maxWindowMs, windowStepMs } from '../limits/index.js'
import {
  lastYear,
  leastRotationMs,
  maxDescriptionLength,
  maxGraceMs,
  maxGrants,
  maxIdLength,
  maxNamed,
  maxNameLength,
  maxReasonLength,
  maxRoles,
  maxRotationMs,
  maxScopes,
  maxTagLength,
  maxTags,
} from './bounds.js'

/** How long, how many and how much the verbs take: for layers that say so before a request is made. */
export const inputLimits = {
  name: { least: 1, most: maxNameLength },
  description: { most: maxDescriptionLength },
  tags: { most: maxTags },
  /** Of its characters. */
  tag: { least: 1, most: maxTagLength },
  reason: { most: maxReasonLength },
  /** Of the host's own ids. */
  id: { least: 1, most: maxIdLength },
  /** Letters and digits. */
  keyId: { length: ID_LENGTH },
  /** Those that a request names; `withPreset`: with those of its preset. */
  scopes: { most: maxNamed, withPreset: maxScopes },
  roles: { most: maxRoles },
  /** Of one type. */
  resources: { most: maxGrants },
  ipAllowList: { most: maxIpRanges },
  rateLimits: { least: 1, most: maxRateLimits },
  rateLimit: { least: 1, most: maxLimit },
  windowMs: { least: windowStepMs, most: maxWindowMs, step: windowStepMs },
  /** Credits of a budget, and of one grant. */
  budget: { least: 0, most: maxCredits },
  graceMs: { least: 0, most: maxGraceMs },
  /** Of a schedule. */
  rotationEveryMs: { least: leastRotationMs, most: maxRotationMs },
  /** Of an expiry. */
  lastYear,
} as const
