import type { AuditDraft } from '../values/index.js'
import type { lateHoursMs } from './lifetime.js'
import type { AuditCheckpoint, AuditKey } from './link-audit.js'
import type { madeHere } from './made-here.js'

/**
 * How a store forgets what is old. Each method is one short transaction, all or nothing, and may run beside itself and beside all
 * others. A process that ends between two of them leaves nothing that the next call does not finish.
 */
export interface StoreRetention {
  /** Returns the ids of organizations that have ever had a key or an audit record, in the order of their bytes. */
  organizations(page: { readonly after: string | null; readonly limit: number }): Promise<readonly string[]>

  /** Returns the place after which an organization's log begins; `emptyChain`, if nothing of it was ever removed. */
  auditStart(organizationId: string): Promise<AuditCheckpoint>

  /**
   * Lets a log begin after `to`, and appends the record that says so, if the log still begins after `from` and has a record at `to`
   * with its hash. From then on, `listAudit` returns no record up to `to`. It removes none: {@link sweepAudit} does.
   *
   * @returns whether it did so.
   */
  moveAuditStart(request: AuditStartMove): Promise<boolean>

  /** Removes records that are not in the log any more, the oldest first. The database lets no other record go. Returns how many. */
  sweepAudit(request: OrganizationSweep): Promise<number>

  /**
   * Adds up hours of whole days before `before` to days, of uses and of refusals: for each key, and code, one row in place of up to 24.
   * What is counted by day stays the same; by hour, such days are left out. No last use moves back. An hour that is written late, by up
   * to {@link lateHoursMs}, is added to its day by the next run.
   */
  addUpDays(request: DaysRequest): Promise<DaysAnswer>

  /**
   * Removes keys that were deleted before `before`, with their terms, last uses and accounts of budgets, if their lookup digest begins with {@link madeHere}:
   * an imported secret must not be imported again. How many keys there ever were, and when one was last used, stays. So do the accounts of
   * owners and organizations: what was spent stays spent. Returns how many.
   */
  removeTombstones(request: OrganizationSweep & { readonly before: Date }): Promise<number>

  /** Removes ids of requests and of batches that the store need not remember any more. Returns how many. */
  forgetIds(limit: number): Promise<number>

  /** Counts what {@link addUpDays} and {@link removeTombstones} would work on. */
  countOld(request: OldRequest): Promise<OldCounts>
}

/** The request of {@link StoreRetention.moveAuditStart}. */
export interface AuditStartMove {
  readonly organizationId: string
  /** Where the log begins, as the caller has seen it. */
  readonly from: AuditCheckpoint
  /** The last record to leave the log. */
  readonly to: AuditCheckpoint
  /** The record that says so. */
  readonly record: AuditDraft
  /** The secret key for that record. @defaultValue none: plain SHA-256 */
  readonly auditKey?: AuditKey | undefined
}

/** Of which organization at most how many rows are removed. */
export interface OrganizationSweep {
  readonly organizationId: string
  readonly limit: number
}

/** The request of {@link StoreRetention.addUpDays}. */
export interface DaysRequest extends OrganizationSweep {
  /**
   * Hours before it were added up by earlier calls of this run; `null`: it is the first call. A store then begins {@link lateHoursMs}
   * before the newest day that it has, rather than to read all days again.
   */
  readonly from: Date | null
  /** The beginning of a day in UTC. */
  readonly before: Date
}

/** The answer of {@link StoreRetention.addUpDays}. */
export interface DaysAnswer {
  /** How many rows of hours it took. */
  readonly hours: number
  /** Where the next call begins; `null`: there are no more. */
  readonly next: Date | null
}

/** The request of {@link StoreRetention.countOld}. A field that is `null` counts none. */
export interface OldRequest {
  readonly organizationId: string
  readonly hoursBefore: Date | null
  readonly deletedBefore: Date | null
}

/** The answer of {@link StoreRetention.countOld}. */
export interface OldCounts {
  readonly hours: number
  readonly tombstones: number
}
