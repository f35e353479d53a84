import type { Grants } from './grants.js'
import type { JsonObject } from './json.js'
import type { Actor, Owner } from './owner.js'
import type { RateLimit } from './rate-limit.js'

/**
 * The status a store keeps. `unknown` is what a store reports for a value that it must not hold; such a key is refused.
 * `deleted` is a tombstone: id, name, owner and instants remain, everything else is erased (CONS-13).
 */
export type StoredStatus = 'active' | 'disabled' | 'revoked' | 'deleted' | 'unknown'

/** The status a person sees: `expired` is derived from `expiresAt` and the store's clock. */
export type KeyStatus = 'active' | 'disabled' | 'revoked' | 'expired'

/** What a person may see and change of a key. */
export interface KeySettings {
  readonly name: string
  readonly description: string | null
  readonly grants: Grants
  /** The preset that the scopes came from, for display; the grants hold its expansion (SCOPE-17). */
  readonly preset: string | null
  readonly metadata: JsonObject
  /** The first instant at which the key is refused. */
  readonly expiresAt: Date | null
  /** Addresses and CIDR ranges that may use the key; `null`: any; `[]`: none. */
  readonly ipAllowList: readonly string[] | null
  /** Limits in place of the defaults; `null`: the defaults. */
  readonly rateLimits: readonly RateLimit[] | null
}

/** What is decided at creation and stays. */
export interface KeyIdentity {
  readonly id: string
  /** The environment part of its tokens, or `null` where the product has none. */
  readonly environment: string | null
  /** `tk_live_a1B2…`: safe to show (TOK-10). */
  readonly preview: string
  readonly owner: Owner
  readonly createdBy: Actor
}

/** What happens to a key. */
export interface KeyHistory {
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly disabledAt: Date | null
  readonly revokedAt: Date | null
  readonly revokedReason: string | null
  readonly lastUsedAt: Date | null
}

/** What only Keywright reads: digests and sealed text, never a token. */
export interface KeySecrets {
  /** The token's hash as a PHC string (HASH-1); `null` on a tombstone. */
  readonly hash: string | null
  /** The hash of the token before the last rotation, good until `previousHashExpiresAt` (ROT-1). */
  readonly previousHash: string | null
  readonly previousHashExpiresAt: Date | null
  /** How an imported token, which does not carry its id, is found (TOK-15). */
  readonly lookupDigest: string | null
  /** The token under the sealer's key, where reveal is on (ENC-1). */
  readonly sealed: string | null
}

/** A key as a store keeps it. */
export interface KeyRecord extends KeyIdentity, KeySettings, KeyHistory, KeySecrets {
  readonly status: StoredStatus
  readonly deletedAt: Date | null
  /** Counts the changes. */
  readonly version: number
  /** Names of fields whose stored value cannot be read. A key with any is refused (FI-25). */
  readonly damaged: readonly string[]
}

/** A key as people and handlers see it. Holds nothing secret. */
export interface Key extends KeyIdentity, KeySettings, KeyHistory {
  readonly status: KeyStatus
  /** Until when the token before the last rotation is still good; `null`: it is not. */
  readonly previousTokenExpiresAt: Date | null
  /** Whether the token can be shown again. */
  readonly revealable: boolean
}
