import { type AuditKey, type AuditQuery, emptyChain, type KeyStore, linkAudit } from '../store/index.js'
import { type AuditDraft, type AuditRecord, deepCopy } from '../values/index.js'
import type { MemoryState } from './state.js'

/** The methods of a memory store for audit records. */
export function memoryAudit(state: MemoryState): Pick<KeyStore, 'listAudit' | 'appendAudit' | 'auditHead'> {
  const { chains, starts, clock } = state
  return {
    async listAudit(query) {
      const { seq: start } = starts.get(query.organizationId) ?? emptyChain
      const chain = chains.get(query.organizationId) ?? []
      const asked = chain.filter((record) => record.seq > start && isAsked(record, query))
      if (query.order === 'desc') asked.reverse()
      return deepCopy(asked.slice(0, query.limit))
    },

    async appendAudit(organizationId, drafts, auditKey) {
      appendRecords(state, organizationId, drafts, clock(), auditKey)
    },

    async auditHead(organizationId) {
      const { seq, hash } = chains.get(organizationId)?.at(-1) ?? emptyChain
      return { seq, hash }
    },
  }
}

/** Appends records to an organization's chain. */
export function appendRecords(
  { chains }: MemoryState,
  organizationId: string,
  drafts: readonly AuditDraft[],
  at: Date,
  auditKey?: AuditKey,
): void {
  const chain = chains.get(organizationId) ?? []
  const linked = linkAudit(chain.at(-1) ?? emptyChain, organizationId, drafts, at, auditKey)
  chains.set(organizationId, [...chain, ...linked])
}

function isAsked(record: AuditRecord, { keyId, type, actor, from, to, order, after }: AuditQuery): boolean {
  if (after !== undefined && (order === 'asc' ? record.seq <= after : record.seq >= after)) return false
  if (keyId !== undefined && record.keyId !== keyId) return false
  if (type !== undefined && record.type !== type) return false
  if (actor !== undefined && (record.actor.type !== actor.type || record.actor.id !== actor.id)) return false
  return (from === undefined || record.at >= from) && (to === undefined || record.at < to)
}
