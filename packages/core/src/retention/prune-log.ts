import {
  type AuditFault,
  type ChainCheck,
  chainCheck,
  checkpointLine,
  findStartFault,
  loadLogStart,
  recordLine,
} from '../audit/index.js'
import { InvalidInput } from '../errors/index.js'
import { type AuditCheckpoint, wrapStoreErrors } from '../store/index.js'
import type { AuditRecord } from '../values/index.js'
import type { Pruning } from './parts.js'
import type { PruneAuditQuery } from './prune-query.js'

/** Rows of one transaction: it is over before another writer would notice. */
const sweptAtOnce = 300
const pageSize = 500
/** Records of one part: an archive takes it in one piece, and a run that is killed repeats no more than that. */
const mostInPart = 10_000

/** The old part of a log. */
interface OldPart {
  readonly after: AuditCheckpoint
  readonly upTo: AuditCheckpoint
}

/** What became of a log: how many records left it, and the fault that ended this; `null`: none did. */
export interface PrunedLog {
  readonly records: number
  readonly fault: AuditFault | null
}

/** Counts the records of an organization that would leave its log. */
export async function countOldRecords(pruning: Pruning, organizationId: string, olderThanMs: number): Promise<number> {
  const after = await loadLogStart(pruning, organizationId)
  const part = await findOldPart(pruning, organizationId, { after, olderThanMs, most: Infinity })
  return part === null ? 0 : part.upTo.seq - after.seq
}

/**
 * Archives the old records of an organization, part by part, and removes them.
 *
 * @throws what `archive` throws; InvalidInput if it did not read all lines; StoreUnavailable; OutcomeUnknown.
 */
export async function pruneLog(pruning: Pruning, organizationId: string, query: PruneAuditQuery): Promise<PrunedLog> {
  let records = 0
  for (;;) {
    const start = await loadLogStart(pruning, organizationId)
    const done = await prunePart(pruning, organizationId, start, query)
    if (typeof done === 'number') {
      records += done
      if (done < mostInPart) return { records, fault: null }
      continue
    }
    // Records that another prune has archived meanwhile are not missing.
    if ((await loadLogStart(pruning, organizationId)).seq <= start.seq) return { records, fault: done }
  }
}

/**
 * Archives one part of a log that begins after `start`. Its records leave the log in one transaction, together with the record that says
 * so, once the archive has them; the rows go after that, so a process may end anywhere.
 *
 * @returns how many left the log, or the fault that kept them there.
 */
async function prunePart(
  pruning: Pruning,
  organizationId: string,
  start: AuditCheckpoint,
  { olderThanMs, archive }: PruneAuditQuery,
): Promise<number | AuditFault> {
  // Whoever can write to the database alone must not have the records removed.
  const unconfirmed = await findStartFault(pruning, organizationId, start)
  if (unconfirmed !== null) return unconfirmed
  // What an earlier call left behind.
  await sweep(pruning, organizationId)
  // From the place that was confirmed: the database may name another one by now.
  const part = await findOldPart(pruning, organizationId, { after: start, olderThanMs, most: mostInPart })
  if (part === null) return 0
  const { after, upTo } = part
  const check = chainCheck({ start: after, checkpoint: upTo, auditKeys: pruning.auditKeys })
  const reading = linesOf(pruning, organizationId, check)
  try {
    await archive({ organizationId, after, upTo, lines: reading.lines })
  } catch (error) {
    if (reading.fault === null) throw error
  }
  if (reading.fault !== null) return reading.fault
  if (!reading.isRead) throw new InvalidInput('audit.archive', 'a function that reads all lines before it returns')
  const { actor, context, auditKey } = pruning
  const data = { seq: upTo.seq, hash: upTo.hash, count: upTo.seq - after.seq }
  const record = { type: 'audit.pruned' as const, actor, keyId: null, context, data }
  const request = { organizationId, from: after, to: upTo, record, auditKey }
  // Another prune may have been faster: it has archived them as well.
  if (!(await wrapStoreErrors(pruning.retention.moveAuditStart(request)))) return 0
  await sweep(pruning, organizationId)
  return data.count
}

async function sweep({ retention, tell }: Pruning, organizationId: string): Promise<void> {
  for (;;) {
    const count = await wrapStoreErrors(retention.sweepAudit({ organizationId, limit: sweptAtOnce }))
    if (count > 0) tell({ step: 'audit', organizationId, count })
    if (count < sweptAtOnce) return
  }
}

/** The records before the first one that is young enough to stay; `null`: there are none, or none but those of earlier prunes. */
async function findOldPart(
  { store, now }: Pruning,
  organizationId: string,
  {
    after,
    olderThanMs,
    most,
  }: { readonly after: AuditCheckpoint; readonly olderThanMs: number; readonly most: number },
): Promise<OldPart | null> {
  const records = (query: { readonly from?: Date; readonly after?: number; readonly limit: number }) =>
    wrapStoreErrors(store.listAudit({ organizationId, order: 'asc', ...query }))
  const head = await wrapStoreErrors(store.auditHead(organizationId))
  const [young] = await records({ from: new Date(now.getTime() - olderThanMs), limit: 1 })
  const seq = Math.min(head.seq, (young?.seq ?? Infinity) - 1, after.seq + most)
  if (!(seq > after.seq)) return null
  const first = await records({ after: after.seq, limit: Math.min(seq - after.seq, pageSize) })
  // Otherwise each call would replace the record of the one before.
  if (seq - after.seq === first.length && first.every(({ type }) => type === 'audit.pruned')) return null
  const [last] = await records({ after: seq - 1, limit: 1 })
  return { after, upTo: { seq, hash: last?.seq === seq ? last.hash : head.hash } }
}

interface Reading {
  readonly lines: AsyncIterable<string>
  /** Why the lines ended early; `null`: they did not. */
  readonly fault: AuditFault | null
  /** Whether the last line was asked for. */
  readonly isRead: boolean
}

/** The lines of a part, which is checked on the way: what is not as it was written is not archived. */
function linesOf(pruning: Pruning, organizationId: string, check: ChainCheck): Reading {
  let fault = check.fault
  let isRead = false
  const broken = (found: AuditFault): Error => {
    fault = found
    return new Error(
      `The audit log of ${organizationId} is ${found.problem} at record ${found.seq}: it is not archived.`,
    )
  }
  async function* lines(): AsyncGenerator<string, void, undefined> {
    if (fault !== null) throw broken(fault)
    while (check.at.seq < check.checkpoint.seq) {
      const page = await nextPage(pruning, organizationId, check)
      if (page.length === 0) throw broken({ ok: false, problem: 'missing', seq: check.at.seq + 1 })
      for (const record of page) {
        const found = check.next(record)
        if (found !== null) throw broken(found)
        yield recordLine(record)
      }
      pruning.tell({ step: 'archive', organizationId, count: page.length })
    }
    yield checkpointLine(check.at)
    isRead = true
  }
  return {
    lines: lines(),
    get fault() {
      return fault
    },
    get isRead() {
      return isRead
    },
  }
}

function nextPage(
  { store }: Pruning,
  organizationId: string,
  { at, checkpoint }: ChainCheck,
): Promise<readonly AuditRecord[]> {
  const limit = Math.min(pageSize, checkpoint.seq - at.seq)
  // Without `after` before the first record, so that an inserted one with a `seq` of 0 or less is found.
  const after = at.seq === 0 ? {} : { after: at.seq }
  return wrapStoreErrors(store.listAudit({ organizationId, order: 'asc', ...after, limit }))
}
