import type { Actor, AuditRecord, AuditType } from '@keywright/core'
import { auditEvent } from '@keywright/core/store'
import type { Selectable } from 'kysely'
import type { AuditTable } from './tables.js'

/**
 * Reads an audit row: what the columns hold from the columns, the rest from the text. A text that is not the one which was
 * appended with these columns is shown as it stands, as `data.altered`; the log's own check finds it, as it finds a change
 * in a column (AUD-5).
 */
export function readAuditRow(row: Selectable<AuditTable>): AuditRecord {
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
    const { context = {}, data } = JSON.parse(row.event) as Pick<AuditRecord, 'data'> & Partial<AuditRecord> // compared below
    const record = { ...columns, context, data }
    if (JSON.stringify(auditEvent(record)) === row.event) return record
  } catch {
    // No text of ours either.
  }
  return { ...columns, context: {}, data: { altered: String(row.event) } }
}
