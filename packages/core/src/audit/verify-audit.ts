import { checkNames, type NamesOf, wholeNumber } from '../check/index.js'
import { InvalidInput } from '../errors/index.js'
import { checkId } from '../input/index.js'
import { type AuditCheckpoint, wrapStoreErrors } from '../store/index.js'
import { type AuditVerdict, type ChainCheck, chainCheck } from './chain-check.js'
import { findStartFault, loadLogStart } from './log-start.js'
import type { AuditParts } from './parts.js'

/** The chain that `audit.verify` checks, and its checkpoint. */
export interface AuditVerifyQuery {
  readonly organizationId: string
  /** A checkpoint from an earlier check, kept outside the database. @defaultValue none: see {@link AuditLog.verify} */
  readonly checkpoint?: AuditCheckpoint | undefined
  /** Begins at the checkpoint instead of at the first record of the log. @defaultValue false */
  readonly sinceCheckpoint?: boolean | undefined
  /** How many records are checked at most: a long log takes several calls. 1 or more. @defaultValue none: all of them */
  readonly limit?: number | undefined
}

const verifyNames: NamesOf<AuditVerifyQuery> = {
  organizationId: true,
  checkpoint: true,
  sinceCheckpoint: true,
  limit: true,
}
const pageSize = 500

/** See {@link AuditLog.verify}. */
export async function verifyAudit(parts: AuditParts, query: AuditVerifyQuery): Promise<AuditVerdict> {
  checkNames(query, verifyNames, { Invalid: InvalidInput })
  const organizationId = checkId(query.organizationId, 'organizationId')
  const { limit, checkpoint, sinceCheckpoint } = query
  const most = limit === undefined ? Infinity : wholeNumber(limit, 'limit', { least: 1, Invalid: InvalidInput })
  for (;;) {
    const start = await loadLogStart(parts, organizationId)
    const asked = chainCheck({ checkpoint, sinceCheckpoint, start, auditKeys: parts.auditKeys })
    const verdict =
      (await faultOfStart(parts, organizationId, start, asked)) ?? (await walk(parts, organizationId, asked, most))
    // Records that were archived while they were looked for are not missing.
    if (verdict.ok || (await loadLogStart(parts, organizationId)).seq <= start.seq) return verdict
  }
}

/** What is wrong with the beginning of a log whose first records were archived; `null`: nothing, or it does not matter. */
async function faultOfStart(
  parts: AuditParts,
  organizationId: string,
  start: AuditCheckpoint,
  { at, checkpoint }: ChainCheck,
): Promise<AuditVerdict | null> {
  const isPruned = checkpoint.seq > 0 && checkpoint.seq < start.seq
  if (!isPruned && (at.seq !== start.seq || at.hash !== start.hash)) return null
  // Confirmed first: otherwise a row that is written by hand would hide what became of the records after the checkpoint.
  const fault = await findStartFault(parts, organizationId, start, checkpoint)
  return fault ?? (isPruned ? { ok: false, problem: 'pruned', seq: start.seq } : null)
}

async function walk(
  { store }: AuditParts,
  organizationId: string,
  check: ChainCheck,
  most: number,
): Promise<AuditVerdict> {
  // The check ends at this head. Records that are appended meanwhile come after it.
  const head = await wrapStoreErrors(store.auditHead(organizationId))
  if (head.seq < check.checkpoint.seq) return { ok: false, problem: 'truncated', seq: head.seq }
  if (check.fault !== null) return check.fault

  let left = most
  while (check.at.seq < head.seq) {
    if (left === 0) return { ok: true, complete: false, checkpoint: check.at }
    // No `after` on the first page, so that an inserted record with a `seq` of 0 or less is found.
    const after = check.at.seq === 0 ? {} : { after: check.at.seq }
    const size = Math.min(pageSize, left)
    const page = await wrapStoreErrors(store.listAudit({ organizationId, order: 'asc', ...after, limit: size }))
    left -= page.length
    if (page.length === 0) return { ok: false, problem: 'truncated', seq: check.at.seq }
    for (const record of page) {
      const fault = check.next(record)
      if (fault !== null) return fault
      if (check.at.seq === head.seq) break
    }
  }
  if (check.at.seq !== head.seq || check.at.hash !== head.hash) {
    return { ok: false, problem: 'rewritten', seq: check.at.seq }
  }

  const [last] = await wrapStoreErrors(store.listAudit({ organizationId, order: 'desc', limit: 1 }))
  const headNow = await wrapStoreErrors(store.auditHead(organizationId))
  // A record that was added by hand does not move the head.
  if (last !== undefined && last.seq > headNow.seq) return { ok: false, problem: 'altered', seq: headNow.seq + 1 }
  return { ok: true, complete: true, checkpoint: check.at }
}
