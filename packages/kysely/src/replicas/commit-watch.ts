import { withDeadline } from '@keywright/core/adapter'
import { type Kysely, sql } from 'kysely'
import type { KeyTables } from '../tables/key-tables.js'
import { outlastMs } from './lease.js'
import { loadPrimaryState, type PrimaryState, placeOf } from './primary-state.js'

/** Knows the primary of changes, and when these may be answered. */
export interface CommitWatch {
  /** Hears what the primary said of itself, and remembers since when it has said the same. */
  heard(primary: PrimaryState): void
  /**
   * Resolves once a change that was just committed may be answered: when each standby has applied it that a reader may hold a proof of,
   * or when no proof of before the commit holds any more. It never rejects, since the change is made.
   */
  settled(): Promise<void>
}

const firstWaitMs = 2
const longestWaitMs = 50

/**
 * Makes the watch. PostgreSQL has waited already, so that one question suffices, unless somebody has changed the settings, taken a
 * standby away, or cancelled the wait, which a commit does not tell.
 */
export function commitWatch(db: Kysely<KeyTables>, table: string): CommitWatch {
  let known: { readonly fingerprint: string; readonly since: number } | null = null
  const heard = ({ fingerprint }: PrimaryState): void => {
    if (known?.fingerprint !== fingerprint) known = { fingerprint, since: performance.now() }
  }
  /** Whether each proof that may hold now was made of standbys that are connected and waited for as they are now. */
  const isOldEnough = (primary: PrimaryState): boolean =>
    !primary.isInRecovery &&
    primary.configAgeMs >= outlastMs &&
    known?.fingerprint === primary.fingerprint &&
    performance.now() >= known.since + outlastMs

  const find = async (until: number): Promise<void> => {
    let committed: bigint | null = null
    for (let waitMs = firstWaitMs; performance.now() < until; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
      const primary = await loadPrimaryState(db, table)
      heard(primary)
      committed ??= placeOf(primary.flushed)
      if (isOldEnough(primary) && committed !== null && haveApplied(primary, committed)) return
      await wait(Math.min(waitMs, until - performance.now()))
    }
  }
  return {
    heard,
    async settled() {
      const until = performance.now() + outlastMs
      try {
        await withDeadline(() => find(until), outlastMs)
      } catch {
        await wait(until - performance.now())
      }
    },
  }
}

/** Has the commit of a transaction wait until the standbys of the list have applied it, and then runs `work` in it. */
export async function waitingForStandbys<TRX extends Kysely<KeyTables>, T>(
  trx: TRX,
  work: (trx: TRX) => Promise<T>,
): Promise<T> {
  await sql`set local synchronous_commit = remote_apply`.execute(trx)
  return work(trx)
}

/** Whether all standbys of the list have applied the log up to `committed`. With another list, there are no proofs. */
function haveApplied({ standbys: { names, areAllWaitedFor }, senders }: PrimaryState, committed: bigint): boolean {
  if (!areAllWaitedFor) return true
  const applied = senders.filter(({ replayed }) => replayed !== null && replayed >= committed)
  return (
    applied.length === senders.length &&
    applied.length === names.length &&
    new Set(applied.map(({ name }) => name)).size === names.length
  )
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.max(0, ms))
  })
}
