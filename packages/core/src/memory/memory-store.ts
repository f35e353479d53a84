import { checkNames } from '../check/index.js'
import type { KeyStore } from '../store/index.js'
import { memoryAudit } from './audit.js'
import { memoryBudgets } from './budgets.js'
import { memoryChanges } from './changes.js'
import { memoryList } from './list.js'
import { memoryNotices } from './notices.js'
import { memoryReads } from './reads.js'
import { memoryRetention } from './retention.js'
import { memoryRotations } from './rotations.js'
import type { MemoryState } from './state.js'
import { memoryUsage } from './usage.js'

/** The clock of {@link memoryStore}. */
export interface MemoryStoreOptions {
  /** Returns the current time. Replace it in tests. @defaultValue the system clock */
  readonly now?: () => Date
}

/**
 * Creates a store that keeps keys in the memory of this process, for tests and first steps. Everything is lost when the process
 * ends, and other processes do not see it.
 *
 * @example
 * ```ts
 * const keyring = createKeyring({ prefix: 'tk', store: memoryStore(), access, resolveOwner })
 * ```
 */
export function memoryStore(options: MemoryStoreOptions = {}): KeyStore {
  checkNames(options, { now: true })
  const state: MemoryState = {
    clock: options.now ?? (() => new Date()),
    keys: new Map(),
    chains: new Map(),
    starts: new Map(),
    gone: new Map(),
    usage: new Map(),
    refusals: new Map(),
    lastUses: new Map(),
    rotations: new Map(),
    previousUses: new Map(),
    notices: new Map(),
    batches: new Set(),
    requests: new Map(),
    checks: new Map(),
    accounts: new Map(),
  }
  return {
    ...memoryReads(state),
    ...memoryList(state),
    ...memoryChanges(state),
    ...memoryAudit(state),
    ...memoryUsage(state),
    transfers: true,
    bindings: true,
    retention: memoryRetention(state),
    notices: memoryNotices(state),
    budgets: memoryBudgets(state),
    rotations: memoryRotations(state),
  }
}
