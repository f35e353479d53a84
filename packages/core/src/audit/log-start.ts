import { type AuditCheckpoint, emptyChain, isCheckpoint, type KeyStore, wrapStoreErrors } from '../store/index.js'
import type { AuditRecord } from '../values/index.js'
import type { AuditKeys } from './audit-key-ring.js'
import { chainCheck } from './chain-check.js'

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

/**
 * Whether a record of the log says that it begins there. It is the latest record of a prune, since both are written together. With
 * audit keys, nobody who has only the database can make one.
 */
export async function isConfirmed(
  { store, auditKeys }: LogStartParts,
  organizationId: string,
  start: AuditCheckpoint,
): Promise<boolean> {
  if (start.seq === 0 && start.hash === emptyChain.hash) return true
  if (!isCheckpoint(start)) return false
  const records = (query: { order: 'asc' | 'desc'; after?: number; type?: 'audit.pruned' }) =>
    wrapStoreErrors(store.listAudit({ organizationId, limit: 1, ...query }))
  const [record] = await records({ type: 'audit.pruned', order: 'desc' })
  if (record === undefined || record.data.seq !== start.seq || record.data.hash !== start.hash) return false
  const before = record.seq - 1 > start.seq ? (await records({ order: 'asc', after: record.seq - 2 }))[0] : start
  return before !== undefined && isLinked(record, before, auditKeys)
}

function isLinked(record: AuditRecord, { seq, hash }: AuditCheckpoint, auditKeys: AuditKeys | undefined): boolean {
  const checkpoint = { seq, hash }
  return isCheckpoint(checkpoint) && chainCheck({ checkpoint, sinceCheckpoint: true, auditKeys }).next(record) === null
}
