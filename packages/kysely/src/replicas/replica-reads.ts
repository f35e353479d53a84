import { StoreUnavailable } from '@keywright/core'
import { momentNow, withDeadline } from '@keywright/core/adapter'
import type { StoreEvent } from '@keywright/core/store'
import type { Kysely } from 'kysely'
import type { KeyTables } from '../tables/key-tables.js'
import { type BeginProof, problem } from './proof.js'
import { type KeyReads, proveMs, Replica, type ReplicaParts } from './replica.js'

/** Verifications that read from replicas as long as these are proven, and otherwise from the primary. */
export interface ReplicaReads {
  /**
   * Runs `work` on the reads of a proven replica. If there is none, or it fails, runs `fromPrimary`.
   *
   * @throws StoreUnavailable when a replica is none of this database, and never was.
   */
  read<T>(work: (reads: KeyReads) => Promise<T>, fromPrimary: () => Promise<T>): Promise<T>
  /** Asks all again, and says which are not read from, and why; `null` if none. */
  findProblem(): Promise<string | null>
  /** Tells when a replica is read from and when not, until the returned function is called. */
  watch(listener: (event: StoreEvent) => void): () => void
}

/** What {@link replicaReads} works with. */
export interface ReplicaReadsOptions extends Pick<ReplicaParts, 'open'> {
  readonly primary: Kysely<KeyTables>
  readonly replicas: readonly Kysely<KeyTables>[]
  readonly beginProof: BeginProof
}

/** How long a read may take. Then the primary is asked: a verification still has the time for it. */
const readMs = 500
/** How long nothing is asked where it was the primary that did not answer. */
const restMs = 250

/** Makes the reads. Nothing is asked while nothing is verified. */
export function replicaReads({ primary, replicas: dbs, beginProof, open }: ReplicaReadsOptions): ReplicaReads {
  const listeners = new Set<(event: StoreEvent) => void>()
  const tell = (event: StoreEvent): void => {
    for (const listener of listeners) listener(event)
  }
  const replicas = dbs.map((db, index) => new Replica(db, index, { open, tell }))
  let turn = 0
  let first: Promise<void> | null = null
  let proving: Promise<void> | null = null

  const proveAll = async (asked: readonly Replica[]): Promise<void> => {
    const askedAt = momentNow()
    try {
      const prove = await withDeadline(() => beginProof(primary), proveMs)
      await Promise.all(asked.map((replica) => replica.prove(prove, askedAt)))
    } catch (error) {
      for (const replica of asked) replica.leave(primaryIsSilent, restMs, error)
    }
  }
  const renew = (asked: readonly Replica[]): Promise<void> => {
    proving ??= proveAll(asked).finally(() => {
      proving = null
    })
    return proving
  }
  /** Those that are proven take turns. */
  const next = (): { readonly replica: Replica; readonly reads: KeyReads } | null => {
    turn += 1
    for (let tried = 0; tried < replicas.length; tried += 1) {
      const replica = replicas[(turn + tried) % replicas.length]
      const reads = replica?.reads ?? null
      if (replica !== undefined && reads !== null) return { replica, reads }
    }
    return null
  }

  return {
    async read(work, fromPrimary) {
      const due = replicas.filter(({ isDue }) => isDue)
      if (due.length > 0) {
        const renewed = renew(due)
        // Awaited once, so that what is configured wrongly is refused from the first verification on.
        first ??= renewed
      }
      await first
      const message = replicas.map(({ misconfigured }) => misconfigured).find((one) => one !== null)
      if (message !== undefined) throw new StoreUnavailable({ message })
      // Asked now, after the verification has begun.
      const found = next()
      if (found === null) return fromPrimary()
      try {
        return await withDeadline(() => work(found.reads), readMs)
      } catch (error) {
        found.replica.failed(found.reads, error)
        return fromPrimary()
      }
    },

    async findProblem() {
      await proving
      await renew(replicas)
      const messages = replicas.map(({ message }) => message).filter((one) => one !== null)
      return messages.length === 0 ? null : messages.join(' ')
    },

    watch(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

const primaryIsSilent = problem('unreachable', 'Nothing can be proven of it while the primary does not answer.')
