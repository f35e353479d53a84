import type { KeyringOptions } from '@keywright/core'

/** What a person may ask for in a minute, and all of an organization in a year, with however many keys. */
export const sharedLimits: KeyringOptions['rateLimits'] = {
  key: { limit: 600, windowMs: 60_000 },
  person: { limit: 1_000, windowMs: 60_000, per: 'owner' },
  organization: { limit: 5_000_000, windowMs: 366 * 86_400_000, per: 'organization' },
}
