import { chainHash, GENESIS } from '../crypto/index.js'
import { type AuditDraft, type AuditRecord, isRecord, type JsonObject } from '../values/index.js'

/** A place in an organization's audit chain: the number of a record and its hash. */
export interface AuditCheckpoint {
  readonly seq: number
  readonly hash: string
  /** Whether the chain had reached a record that needs a secret key: so do all that follow. A check sets it. @defaultValue false */
  readonly keyed?: boolean
}

/** Tests whether a value is such a place. */
export function isCheckpoint(value: unknown): value is AuditCheckpoint {
  if (!isRecord(value)) return false
  const { seq, hash, keyed = false } = value
  const isHash = typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash)
  return Number.isSafeInteger(seq) && Number(seq) >= 0 && isHash && typeof keyed === 'boolean'
}

/** A secret key of audit chains, and the id by which records name it. */
export interface AuditKey {
  readonly id: string
  readonly secret: Uint8Array
}

/** The head of a chain without records. */
export const emptyChain: AuditCheckpoint = { seq: 0, hash: GENESIS }

/** Returns the next records of an organization's chain, after `head`. A store must hold the lock on the head meanwhile. */
export function linkAudit(
  head: AuditCheckpoint,
  organizationId: string,
  drafts: readonly AuditDraft[],
  at: Date,
  auditKey?: AuditKey,
): AuditRecord[] {
  const records: AuditRecord[] = []
  let { seq, hash } = head
  for (const draft of drafts) {
    seq += 1
    const linked = { ...draft, context: cutUserAgent(draft), auditKeyId: auditKey?.id ?? null, organizationId, seq, at }
    hash = chainHash(hash, auditEvent(linked), auditKey?.secret)
    records.push({ ...linked, hash })
  }
  return records
}

/** Returns the part of an audit record that its hash covers. `tenant` is the organization: the name is part of the stored form. */
export function auditEvent(record: Omit<AuditRecord, 'hash'>): JsonObject {
  return {
    seq: record.seq,
    type: record.type,
    tenant: record.organizationId,
    actor: { ...record.actor },
    target: { id: record.keyId },
    at: record.at.toISOString(),
    ...(Object.keys(record.context).length > 0 ? { context: { ...record.context } } : {}),
    ...(record.auditKeyId === null ? {} : { auditKeyId: record.auditKeyId }),
    data: record.data,
  }
}

function cutUserAgent({ context }: AuditDraft): AuditDraft['context'] {
  return context.userAgent === undefined ? context : { ...context, userAgent: context.userAgent.slice(0, 256) }
}
