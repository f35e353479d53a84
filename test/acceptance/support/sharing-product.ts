import { createKeyring, defineAccess, hmacSha256, type Keyring } from '@keywright/core'
import { kyselyStore } from '@keywright/kysely'
import { redisRateLimiter } from '@keywright/redis'
import { Redis } from 'ioredis'
import { redisUrl } from './cached-product.js'
import { openProductDatabase, type ProductDatabase } from './product-database.js'

/** What all processes of one product agree on. */
export interface SharingOptions extends ProductDatabase {
  /** Makes its counts in Redis its own. */
  readonly keyPrefix: string
}

export const sharingAccess = defineAccess({ scopes: { 'answers.write': 'Ask questions' } })

const yearMs = 366 * 86_400_000

/** Opens a product whose keys share limits, as one of its processes would. */
export function openSharing({ keyPrefix, ...database }: SharingOptions) {
  const { db, tableOptions } = openProductDatabase(database)
  const redis = new Redis(redisUrl)
  redis.on('error', () => {})
  const keyring: Keyring<typeof sharingAccess> = createKeyring({
    prefix: 'tk',
    access: sharingAccess,
    store: kyselyStore(db, tableOptions),
    hasher: hmacSha256({ current: 'p1', peppers: { p1: 'the pepper of all processes, 32 bytes' } }),
    resolveOwner: 'uncapped',
    rateLimiter: redisRateLimiter(redis, { keyPrefix, onUnavailable: 'fail-closed', timeoutMs: 1_000 }),
    rateLimits: {
      person: { limit: 30, windowMs: 3_600_000, per: 'owner' },
      everybody: { limit: 50, windowMs: yearMs, per: 'organization' },
    },
    // Processes are tried at their limits here, not at their speed.
    verifyTimeoutMs: 30_000,
    manageTimeoutMs: 30_000,
  })
  return { keyring, db, tableOptions, redis }
}
