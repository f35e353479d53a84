import type { AuditRecord } from '@keywright/core'
import { csvRow } from '@keywright/core/adapter'
import { auditToJson } from './to-json.js'

const columns = [
  ...['seq', 'at', 'type', 'actor_type', 'actor_id', 'key_id', 'request_id', 'ip', 'user_agent', 'data'],
  ...['audit_key_id', 'hash'],
]

/** The rows of an export as CSV (RFC 4180), with the names that records have in lists. */
export async function* auditToCsv(records: AsyncIterable<AuditRecord>): AsyncGenerator<string, void, undefined> {
  yield `${columns.join()}\r\n`
  for await (const record of records) {
    const { actor, context, data, ...rest } = auditToJson(record)
    const cells: Readonly<Record<string, unknown>> = {
      ...rest,
      ...context,
      actor_type: actor.type,
      actor_id: actor.id,
      data: JSON.stringify(data),
    }
    yield csvRow(columns.map((column) => cells[column]))
  }
}
