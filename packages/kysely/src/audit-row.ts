import type { AuditRecord, AuditType } from '@keywright/core'
import type { Selectable } from 'kysely'
import type { AuditTable } from './tables.js'

/** Reads an audit row from the text that its hash covers. The log's own check compares the two (AUD-5). */
export function readAuditRow(row: Selectable<AuditTable>): AuditRecord {
  const event = JSON.parse(row.event) as Pick<AuditRecord, 'actor' | 'data'> & Partial<Pick<AuditRecord, 'context'>> // as appended
  return {
    organizationId: row.organization_id,
    seq: Number(row.seq),
    type: row.type as AuditType, // as appended
    actor: event.actor,
    keyId: row.key_id,
    context: event.context ?? {},
    data: event.data,
    at: new Date(Number(row.at)),
    hash: row.hash,
  }
}
