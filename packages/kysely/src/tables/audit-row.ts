import type { Actor, AuditRecord, AuditType } from '@keywright/core'
import { auditEvent } from '@keywright/core/store'
import type { Selectable } from 'kysely'
import type { AuditTable } from './key-tables.js'

/**
 * Turns a row of the audit log into a record: what the columns hold is taken from the columns, the rest from the text. If the
 * text does not fit the columns, it is returned unchanged as `data.altered`. `audit.verify` finds such a row, and finds a
 * change in a column.
 */
export function parseAuditRow(row: Selectable<AuditTable>): AuditRecord {
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
