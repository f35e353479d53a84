import type { AuditRecord, KeyRecord } from '../../values/index.js'
import type { KeyUsage } from '../key-store.js'

/** The data of a memory store. Its methods never await, so each one is atomic. */
export interface MemoryState {
  readonly clock: () => Date
  readonly keys: Map<string, KeyRecord>
  /** By organization, oldest record first. */
  readonly chains: Map<string, AuditRecord[]>
  /** By key and hour. */
  readonly usage: Map<string, KeyUsage>
  /** The ids of the usage batches that were added. */
  readonly batches: Set<string>
  /** The check values, by name. */
  readonly checks: Map<string, string>
  /** The requests to carry out only once, by id, oldest first. */
  readonly requests: Map<string, { readonly fingerprint: string; readonly keyId: string; readonly at: Date }>
}
