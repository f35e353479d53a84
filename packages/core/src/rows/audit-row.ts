import { auditEvent } from '../store/index.js'
import type { Actor, AuditRecord, AuditType } from '../values/index.js'

/** A record of the audit log as a row. The hash covers `event`; the other columns repeat parts of it for searching. */
export interface AuditRow {
  organization_id: string
  seq: number
  key_id: string | null
  type: string
  actor_type: string
  actor_id: string
  at: number
  event: string
  hash: string
}

/** The row of a record. */
export function auditRow(record: AuditRecord): AuditRow {
  return {
    organization_id: record.organizationId,
    seq: record.seq,
    key_id: record.keyId,
    type: record.type,
    actor_type: record.actor.type,
    actor_id: record.actor.id,
    at: record.at.getTime(),
    event: JSON.stringify(auditEvent(record)),
    hash: record.hash,
  }
}

/**
 * Turns a row of the audit log into a record: what the columns hold is taken from the columns, the rest from the text. If the
 * text does not fit the columns, it is returned unchanged as `data.altered`. `audit.verify` finds such a row, and finds a
 * change in a column.
 */
export function parseAuditRow(row: AuditRow): AuditRecord {
  const columns = {
    organizationId: row.organization_id,
    seq: Number(row.seq),
    type: row.type as AuditType, // as appended
    actor: { type: row.actor_type as Actor['type'], id: row.actor_id }, // as appended
    keyId: row.key_id,
    at: new Date(Number(row.at)),
    hash: row.hash,
  }
  try {
    const {
      context = {},
      auditKeyId = null,
      data,
    } = JSON.parse(row.event) as Pick<AuditRecord, 'data'> & Partial<AuditRecord> // compared below
    const record = { ...columns, context, auditKeyId, data }
    if (JSON.stringify(auditEvent(record)) === row.event) return record
  } catch {
    // The text is not even JSON.
  }
  return { ...columns, context: {}, auditKeyId: null, data: { altered: String(row.event) } }
}
