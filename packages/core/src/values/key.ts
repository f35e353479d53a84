import type { Budget } from './budget.js'
import type { Grants } from './grants.js'
import type { JsonObject } from './json.js'
import type { KeyBinding } from './key-binding.js'
import type { Actor, Owner } from './owner.js'
import type { RateLimit } from './rate-limit.js'

/**
 * The status that a store keeps. A `deleted` key is a tombstone: id, name, owner and dates remain, everything else is erased.
 * Stores report `unknown` for a stored value that is none of the others; the key is then refused.
 */
export type StoredStatus = 'active' | 'disabled' | 'revoked' | 'deleted' | 'unknown'

/** The status that people see. `expired` follows from `expiresAt` and the store's clock. */
export type KeyStatus = 'active' | 'disabled' | 'revoked' | 'expired'

/** The fields of a key that people may see and change. */
export interface KeySettings {
  readonly name: string
  readonly description: string | null
  readonly grants: Grants
  /** The preset that the scopes came from, for display only: `grants.scopes` holds its scopes. */
  readonly preset: string | null
  /** Words by which people find and group keys, without regard to case and accents, which sort them as well. They give no rights. */
  readonly tags: readonly string[]
  readonly metadata: JsonObject
  /** The first instant at which the key is refused. */
  readonly expiresAt: Date | null
  /** Addresses and CIDR ranges that may use the key. `null` allows any address, `[]` allows none. */
  readonly ipAllowList: readonly string[] | null
  /** Rate limits that replace the defaults; `null`: the defaults apply. */
  readonly rateLimits: readonly RateLimit[] | null
  /** The credits that its calls may cost; `null`: it has no budget of its own. */
  readonly budget: Budget | null
  /** What a request must prove beside the token; `null`: nothing, whoever has the token may use it. */
  readonly binding: KeyBinding | null
}

/** The fields that creation sets. Only a transfer changes an owner or a creator. */
export interface KeyIdentity {
  readonly id: string
  /** The environment in its tokens, such as `live`; `null` if the product has no environments. */
  readonly environment: string | null
  /** The beginning of its token, such as `tk_live_a1B2…`. Safe to show. */
  readonly preview: string
  readonly owner: Owner
  /** Who created it, or, after a transfer, who answers for it. */
  readonly createdBy: Actor
}

/** What happened in the life of a key, and when by the store's clock. */
export interface KeyHistory {
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly disabledAt: Date | null
  /** Who disabled it; `null` for a key that is not disabled, and for one that was before this was recorded. */
  readonly disabledBy: Actor | null
  /** Why it was disabled, for people; `null` for a key that is not disabled. */
  readonly disabledReason: string | null
  /** Whether it is disabled by somebody else than its owner: then its owner cannot enable it. */
  readonly locked: boolean
  readonly revokedAt: Date | null
  readonly revokedReason: string | null
  readonly lastUsedAt: Date | null
}

/** The fields that only Keywright reads: hashes and sealed text, never a token. */
export interface KeySecrets {
  /** The token's hash as a PHC string; `null` on a tombstone. */
  readonly hash: string | null
  /** The hash of the token before the last rotation. That token is accepted until `previousHashExpiresAt`. */
  readonly previousHash: string | null
  readonly previousHashExpiresAt: Date | null
  /** A digest that finds an imported token, which does not contain the key's id; `null` on other keys. */
  readonly lookupDigest: string | null
  /** The encrypted token; `null` if tokens cannot be shown again. */
  readonly sealed: string | null
}

/** A key as a store keeps it. */
export interface KeyRecord extends KeyIdentity, KeySettings, KeyHistory, KeySecrets {
  readonly status: StoredStatus
  readonly deletedAt: Date | null
  /** 1 at creation. Each change adds 1. */
  readonly version: number
  /** Names of fields with a stored value that cannot be read. If there are any, the key is refused. */
  readonly damaged: readonly string[]
  /** When the token before the last rotation was last used, of those that work; left out where it was not read. */
  readonly previousUsedAt?: Date | null
}

/** A key as people and handlers see it. Contains no secret. */
export interface Key extends KeyIdentity, KeySettings, KeyHistory {
  readonly status: KeyStatus
  /** 1 at creation. Each change adds 1; a use does not. For `ifVersion`. */
  readonly version: number
  /** When the token before the last rotation stops working; `null` if none works any more. */
  readonly previousTokenExpiresAt: Date | null
  /** When that token was last used; `null` if it was not, or none works any more. If it stays `null`, the token may go. */
  readonly previousTokenLastUsedAt: Date | null
  /** Whether `reveal` can show the token again. */
  readonly revealable: boolean
}
