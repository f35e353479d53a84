import { chainHash, GENESIS } from '../crypto/index.js'
import type { AuditDraft, AuditRecord, JsonObject } from '../values/index.js'

/** The end of an organisation's chain. */
export interface ChainHead {
  readonly seq: number
  readonly hash: string
}

/** The head of a chain that has no record yet. */
export const emptyChain: ChainHead = { seq: 0, hash: GENESIS }

/** Makes the next links of an organisation's chain. The caller holds the lock on its head (AUD-4). */
export function linkAudit(
  head: ChainHead,
  organizationId: string,
  drafts: readonly AuditDraft[],
  at: Date,
  auditKey?: Uint8Array,
): AuditRecord[] {
  const records: AuditRecord[] = []
  let { seq, hash } = head
  for (const draft of drafts) {
    seq += 1
    const linked = { ...draft, context: cutUserAgent(draft), organizationId, seq, at }
    hash = chainHash(hash, auditEvent(linked), auditKey)
    records.push({ ...linked, hash })
  }
  return records
}

/** The part of an audit record that its hash covers. */
export function auditEvent(record: Omit<AuditRecord, 'hash'>): JsonObject {
  return {
    seq: record.seq,
    type: record.type,
    tenant: record.organizationId,
    actor: { ...record.actor },
    target: { id: record.keyId },
    at: record.at.toISOString(),
    ...(Object.keys(record.context).length > 0 ? { context: { ...record.context } } : {}),
    data: record.data,
  }
}

function cutUserAgent({ context }: AuditDraft): AuditDraft['context'] {
  return context.userAgent === undefined ? context : { ...context, userAgent: context.userAgent.slice(0, 256) }
}
