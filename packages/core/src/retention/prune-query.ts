import type { AuditFault } from '../audit/index.js'
import { checkNames, type NamesOf, wholeNumber } from '../check/index.js'
import { InvalidInput } from '../errors/index.js'
import type { ManageOptions } from '../input/index.js'
import { type AuditCheckpoint, dayMs } from '../store/index.js'

/** A part of an organization's audit log, on its way into an archive. */
export interface ArchivePart {
  readonly organizationId: string
  /** The part begins after this place: the end of the part before it. */
  readonly after: AuditCheckpoint
  /** Its last record. A name for the part, such as `acme.1-120.jsonl`, takes the numbers of both. */
  readonly upTo: AuditCheckpoint
  /** A record on each line, as `audit.export` writes them, and the checkpoint of the last one on a line of its own. */
  readonly lines: AsyncIterable<string>
}

/** What becomes of old audit records. */
export interface PruneAuditQuery {
  /** How old a record is at least that leaves the log, in milliseconds. */
  readonly olderThanMs: number
  /**
   * Writes a part to where you keep archives, and returns when it is safe there: only then do the records leave the log. It must
   * read all lines. The same part may come again, under the same numbers, if the process ended before the log knew of it.
   */
  readonly archive: (part: ArchivePart) => Promise<void>
}

/** What to prune. What is left out stays, except ids of requests and of batches of uses, which every call forgets after their day. */
export interface PruneQuery {
  /** Gives old audit records to an archive, and removes them. @defaultValue they stay */
  readonly audit?: PruneAuditQuery | undefined
  /**
   * How old a day is at least whose hours of use and of refusals become one count, in milliseconds: 2 days or more. What is asked for
   * by day stays the same; by hour, such a day counts nothing. @defaultValue they stay
   */
  readonly usageOlderThanMs?: number | undefined
  /**
   * How long ago a key was deleted at least whose tombstone is removed, in milliseconds: 2 days or more. Those of imported keys
   * stay. @defaultValue they stay
   */
  readonly tombstonesOlderThanMs?: number | undefined
  /**
   * Counts what would be done, and does nothing. It does not read the records, so it counts those of a log as well that turns out to
   * be broken. @defaultValue false
   */
  readonly dryRun?: boolean | undefined
  /** Is told of each step that was done. What it throws ends the call, and the next one goes on. @defaultValue nobody is told */
  readonly onProgress?: ((progress: PruneProgress) => void) | undefined
}

/** Who prunes: a user, or a program. */
export type PruneOptions = Pick<ManageOptions, 'actor' | 'context'>

/** A step of a prune that was done. */
export interface PruneProgress {
  /** `archive`: records were given to the archive. `audit`: archived records were removed. The others are as in {@link PruneResult}. */
  readonly step: 'archive' | 'audit' | 'hours' | 'tombstones' | 'ids'
  /** `null` for `ids`. */
  readonly organizationId: string | null
  /** How many rows the step was about. */
  readonly count: number
}

/** A log that is not as it was written: the part with the fault stays, and what is behind it. */
export type BrokenLog = Omit<AuditFault, 'ok'> & { readonly organizationId: string }

/** What a prune has done, or what it would do. */
export interface PruneResult {
  /** Audit records that left the log. */
  readonly records: number
  /** Logs that are not as they were written: the part with the fault stays, and what is behind it. */
  readonly broken: readonly BrokenLog[]
  /** Rows of hours that became days. */
  readonly hours: number
  readonly tombstones: number
  /** Ids of requests and of batches of uses that need not be remembered any more. A trial does not count them. */
  readonly ids: number
}

/** A {@link PruneQuery} that was checked. */
export interface PruneOrder {
  readonly audit: PruneAuditQuery | null
  readonly usageOlderThanMs: number | null
  readonly tombstonesOlderThanMs: number | null
  readonly dryRun: boolean
  readonly onProgress: (progress: PruneProgress) => void
}

const queryNames: NamesOf<PruneQuery> = {
  audit: true,
  usageOlderThanMs: true,
  tombstonesOlderThanMs: true,
  dryRun: true,
  onProgress: true,
}
const auditNames: NamesOf<PruneAuditQuery> = { olderThanMs: true, archive: true }
const optionNames: NamesOf<PruneOptions> = { actor: true, context: true }
const contextNames: NamesOf<NonNullable<PruneOptions['context']>> = { requestId: true, ip: true, userAgent: true }

/** A day is not over everywhere at once, and a batch of uses is sent again for a day. */
const leastMs = 2 * dayMs

/** @throws InvalidInput for what is misspelt, or got lost on its way: a trial that is none would remove what it counts. */
export function readPrune(query: PruneQuery, options: PruneOptions): PruneOrder {
  checkNames(query, queryNames, {
    Invalid: InvalidInput,
    defined: ['audit', 'usageOlderThanMs', 'tombstonesOlderThanMs', 'dryRun'],
  })
  checkNames(options, optionNames, { Invalid: InvalidInput, defined: ['actor'] })
  if (options.context !== undefined) checkNames(options.context, contextNames, { at: 'context', Invalid: InvalidInput })
  const { audit, dryRun = false, onProgress = () => {} } = query
  if (typeof dryRun !== 'boolean') throw new InvalidInput('dryRun', 'a boolean')
  if (typeof onProgress !== 'function') throw new InvalidInput('onProgress', 'a function')
  const age = (name: 'usageOlderThanMs' | 'tombstonesOlderThanMs') =>
    query[name] === undefined ? null : wholeNumber(query[name], name, { least: leastMs, Invalid: InvalidInput })
  return {
    audit: audit === undefined ? null : readAudit(audit),
    usageOlderThanMs: age('usageOlderThanMs'),
    tombstonesOlderThanMs: age('tombstonesOlderThanMs'),
    dryRun,
    onProgress,
  }
}

function readAudit(audit: PruneAuditQuery): PruneAuditQuery {
  checkNames(audit, auditNames, { at: 'audit', Invalid: InvalidInput })
  const { archive } = audit
  if (typeof archive !== 'function') throw new InvalidInput('audit.archive', 'a function that keeps a part')
  return {
    olderThanMs: wholeNumber(audit.olderThanMs, 'audit.olderThanMs', { least: 0, Invalid: InvalidInput }),
    archive,
  }
}
