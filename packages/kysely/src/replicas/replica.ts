import { StoreUnavailable } from '@keywright/core'
import { type Moment, msSince, withDeadline } from '@keywright/core/adapter'
import type { Found, StoreEvent } from '@keywright/core/store'
import type { Kysely } from 'kysely'
import type { KeyTables } from '../tables/key-tables.js'
import { leaseMs } from './lease.js'
import { isProblem, type Proof, type ProveReplica, problem, type ReplicaProblem } from './proof.js'

/** The reads of a verification, from one server. */
export interface KeyReads {
  find(id: string): Promise<Found | null>
  findByLookupDigest(digests: readonly string[]): Promise<Found | null>
}

/** What a replica works with. */
export interface ReplicaParts {
  open(replica: Kysely<KeyTables>, proof: Proof): KeyReads
  tell(event: StoreEvent): void
}

/** A proof is renewed beside the reads once it is so old, and holds on meanwhile. */
const renewAfterMs = 300
/** How long a replica may take to answer, after the primary had as long. Both together are less than a lease. */
export const proveMs = 450
/** How long a replica is left that failed, or of which nothing could be proven. */
const restMs = 2_000

/** One replica, and what is known of it. */
export class Replica {
  readonly index: number
  readonly #db: Kysely<KeyTables>
  readonly #parts: ReplicaParts
  #current: { readonly proof: Proof; readonly reads: KeyReads; readonly askedAt: Moment } | null = null
  #restsUntil = 0
  #problem: ReplicaProblem | null = null
  #told: StoreEvent['type'] | null = null
  #wasProven = false

  constructor(db: Kysely<KeyTables>, index: number, parts: ReplicaParts) {
    this.#db = db
    this.index = index
    this.#parts = parts
  }

  /** The reads of a caller that asks now: each change that was answered before is known there. `null`: that is not proven. */
  get reads(): KeyReads | null {
    const current = this.#current
    return current !== null && msSince(current.askedAt) < leaseMs ? current.reads : null
  }

  /** Whether to ask it again. */
  get isDue(): boolean {
    if (performance.now() < this.#restsUntil) return false
    return this.#current === null || msSince(this.#current.askedAt) >= renewAfterMs
  }

  /** Why it is not read from, in a sentence; `null`: it is, or was not asked yet. */
  get message(): string | null {
    if (this.#problem === null || this.reads !== null) return null
    return `Verifications are not read from readFrom[${this.index}]. ${this.#problem.message}`
  }

  /** The same, where no time will mend it. What was proven before may have been replaced since, and is left. */
  get misconfigured(): string | null {
    const isNone = ['unknown_server', 'other_database'].includes(this.#problem?.reason ?? '')
    return isNone && !this.#wasProven ? this.message : null
  }

  /**
   * Asks it, and keeps what is proven.
   *
   * @param askedAt - Before the primary was asked.
   */
  async prove(prove: ProveReplica, askedAt: Moment): Promise<void> {
    const lastTry = performance.now() + proveMs - 50
    try {
      const found = await withDeadline(() => prove(this.#db, () => performance.now() < lastTry), proveMs)
      if (isProblem(found)) return this.#drop(found)
      const before = this.#current
      // Of another session, an answer that is on its way may be older than this proof.
      const reads = before?.proof.session === found.session ? before.reads : this.#parts.open(this.#db, found)
      this.#current = { proof: found, reads, askedAt }
      this.#problem = null
      this.#wasProven = true
      this.#tell({ type: 'store.replica_used', index: this.index })
    } catch (error) {
      this.#drop(isSilent, error)
    }
  }

  /** These reads have failed: it is left for a while, unless it was proven anew since, or is left already. */
  failed(reads: KeyReads, error: unknown): void {
    if (this.#current?.reads === reads) this.#drop(isSilent, error)
  }

  /** Nothing could be proven. What was, holds until its lease is over. */
  leave(found: ReplicaProblem, rest: number, cause?: unknown): void {
    this.#problem = found
    this.#restsUntil = performance.now() + rest
    const message = this.message
    if (message === null) return
    this.#current = null
    const error = new StoreUnavailable({ message, cause })
    this.#tell({ type: 'store.replica_left', index: this.index, reason: found.reason, error })
  }

  #drop(found: ReplicaProblem, cause?: unknown): void {
    this.#current = null
    this.leave(found, restMs, cause)
  }

  #tell(event: StoreEvent): void {
    if (this.#told === event.type) return
    this.#told = event.type
    this.#parts.tell(event)
  }
}

const isSilent = problem('unreachable', 'It does not answer in time, or fails: see the error.')
