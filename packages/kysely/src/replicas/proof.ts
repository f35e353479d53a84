import type { Kysely } from 'kysely'
import type { ServerGuard } from '../dialect/server-guard.js'
import type { KeyTables } from '../tables/key-tables.js'

/** Why a replica is not read from. Codes are API: add, never reword. */
export type ReplicaReason =
  /** It, or the primary, does not answer in time. */
  | 'unreachable'
  /** It is of no kind of which anything can be proven. */
  | 'unknown_server'
  /** It belongs to another primary, or to another cluster. */
  | 'other_database'
  /** It is no standby: perhaps it was promoted. */
  | 'no_standby'
  /** It is not connected to this primary. */
  | 'not_connected'
  /** The user may not see what is to be proven. */
  | 'missing_grant'
  /** Changes are answered before the replica has applied them. */
  | 'not_synchronous'
  /** The primary's settings were changed a moment ago. */
  | 'settling'
  /** It has not applied in time what was committed. */
  | 'lagging'
  /** Its clock is behind that of the primary. */
  | 'clock'

/** What is wrong with a replica, and what to do about it. */
export interface ReplicaProblem {
  readonly reason: ReplicaReason
  readonly message: string
}

/** How to read from a replica that was proven to know each change that was answered. */
export interface Proof {
  /** What it was proven of: reads for another one need a reader of their own. */
  readonly session: string
  readonly guard: ServerGuard
  /** @throws StoreUnavailable when an answer is not from what was proven, so that it may be outdated. */
  refuse(rows: readonly { readonly reason?: string | null }[]): void
}

/**
 * Asks the primary, and gives what then asks a replica.
 *
 * @throws The driver's error, where the primary does not answer.
 */
export type BeginProof = (primary: Kysely<KeyTables>) => Promise<ProveReplica>

/**
 * Asks a replica, after the primary.
 *
 * @param mayGoOn - Whether there is time to ask again.
 * @throws The driver's error, where it does not answer.
 */
export type ProveReplica = (replica: Kysely<KeyTables>, mayGoOn: () => boolean) => Promise<Proof | ReplicaProblem>

export function problem(reason: ReplicaReason, message: string): ReplicaProblem {
  return { reason, message }
}

export function isProblem(found: Proof | ReplicaProblem): found is ReplicaProblem {
  return 'reason' in found
}
