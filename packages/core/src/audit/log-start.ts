import { type AuditCheckpoint, emptyChain, isCheckpoint, type KeyStore, wrapStoreErrors } from '../store/index.js'
import type { AuditKeys } from './audit-key-ring.js'
import { type AuditFault, chainCheck } from './chain-check.js'

/** What reads where a log begins. */
export interface LogStartParts {
  readonly store: Pick<KeyStore, 'listAudit' | 'retention'>
  readonly auditKeys: AuditKeys | undefined
}

/** The place after which the log of an organization begins. Until it is confirmed, the database alone says so. */
export async function loadLogStart(
  { store }: Pick<LogStartParts, 'store'>,
  organizationId: string,
): Promise<AuditCheckpoint> {
  return store.retention === undefined ? emptyChain : wrapStoreErrors(store.retention.auditStart(organizationId))
}

/** What a log is whose beginning no record of it confirms: for all that anybody knows, its first records were removed by hand. */
const unconfirmed: AuditFault = { ok: false, problem: 'missing', seq: 1 }

/**
 * What is wrong with the beginning of a log; `null`: a record of the log says that it begins there. It is the latest record of a prune,
 * since both are written together. With audit keys, nobody who has only the database can make one.
 *
 * @param known - A checkpoint that the caller kept. If records needed a key there, a record behind it needs one, whatever its date.
 */
export async function findStartFault(
  { store, auditKeys }: LogStartParts,
  organizationId: string,
  start: AuditCheckpoint,
  known: AuditCheckpoint = emptyChain,
): Promise<AuditFault | null> {
  if (start.seq === 0 && start.hash === emptyChain.hash) return null
  if (!isCheckpoint(start)) return unconfirmed
  const records = (query: { order: 'asc' | 'desc'; after?: number; type?: 'audit.pruned' }) =>
    wrapStoreErrors(store.listAudit({ organizationId, limit: 1, ...query }))
  const [record] = await records({ type: 'audit.pruned', order: 'desc' })
  if (record === undefined || record.data.seq !== start.seq || record.data.hash !== start.hash) return unconfirmed
  const [before] = record.seq - 1 > start.seq ? await records({ order: 'asc', after: record.seq - 2 }) : [start]
  const needsKey = known.keyed === true && known.seq < record.seq
  const checkpoint = { seq: before?.seq ?? NaN, hash: before?.hash ?? '', ...(needsKey ? { keyed: true } : {}) }
  if (!isCheckpoint(checkpoint)) return unconfirmed
  const fault = chainCheck({ checkpoint, sinceCheckpoint: true, auditKeys }).next(record)
  return fault === null || fault.problem === 'unknown_key' ? fault : unconfirmed
}
