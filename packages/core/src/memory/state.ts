import type { AccountState } from '../budgets/index.js'
import type { StoredNotice } from '../notices/index.js'
import type { StoredRotation } from '../rotations/index.js'
import type { AuditCheckpoint, KeyRefusals, PreviousUse } from '../store/index.js'
import type { AuditRecord, KeyRecord } from '../values/index.js'

/** The uses of a key in an hour. */
export interface CountedUse {
  readonly keyId: string
  readonly organizationId: string
  readonly hour: Date
  count: number
}

/** A notice, and who gives it to the host. */
export interface KeptNotice {
  readonly notice: StoredNotice
  /** From when on it may be taken, in milliseconds since 1970; `null`: never. */
  readonly nextAt: number | null
  readonly claim: string | null
}

/** The data of a memory store. Its methods never await, so each one is atomic. */
export interface MemoryState {
  readonly clock: () => Date
  readonly keys: Map<string, KeyRecord>
  /** By organization, oldest record first. */
  readonly chains: Map<string, AuditRecord[]>
  /** After which place each log begins, by organization. Left out: at its first record. */
  readonly starts: Map<string, AuditCheckpoint>
  /** What is left of keys whose tombstones were removed, by organization. */
  readonly gone: Map<string, { readonly created: number; readonly lastUsedAt: Date | null }>
  /** By hour and key. Nobody else sees what is counted. */
  readonly usage: Map<string, CountedUse>
  /** By hour, key and code. */
  readonly refusals: Map<string, KeyRefusals>
  /** The last use of each key. A flush writes it for many keys, none of whose records is made anew. */
  readonly lastUses: Map<string, Date>
  /** The schedules, by key. */
  readonly rotations: Map<string, StoredRotation>
  /** The last use of each key's token before its last rotation. */
  readonly previousUses: Map<string, PreviousUse>
  /** The last notice of each kind about each key, by both. */
  readonly notices: Map<string, KeptNotice>
  /** The ids of the usage batches that were added. */
  readonly batches: Set<string>
  /** What was spent of budgets, by organization, holder and id. */
  readonly accounts: Map<string, AccountState>
  /** The check values, by name. */
  readonly checks: Map<string, string>
  /** The requests to carry out only once, by id, oldest first. */
  readonly requests: Map<string, { readonly fingerprint: string; readonly keyId: string; readonly at: Date }>
}

/** A record as those see it who look at the last use. */
export function withLastUse({ lastUses, previousUses }: MemoryState, record: KeyRecord): KeyRecord {
  const lastUsedAt = lastUses.get(record.id)
  if (lastUsedAt === undefined) return record
  const previous = previousUses.get(record.id)
  if (previous === undefined || previous.until.getTime() !== record.previousHashExpiresAt?.getTime())
    return Object.freeze({ ...record, lastUsedAt })
  return Object.freeze({ ...record, lastUsedAt, previousUsedAt: previous.lastUsedAt })
}
