import type { AuditDraft } from '@keywright/core'
import { auditRow, linkAudit, requestMemoryMs } from '@keywright/core/store'
import { insertRow } from '../sql/parts.js'
import { type Sql, sql } from '../sql/sql.js'
import type { Asked, Situation } from './situation.js'

interface Advance {
  readonly keyId: string | null
  readonly audit: readonly AuditDraft[]
  /** How many keys are new. */
  readonly created: number
  /** What must still be so, beside that nobody has written to the organization. */
  readonly guard?: Sql
}

/**
 * What each change of an organization writes first: its counters, its audit records, and the request. They are written only as long as
 * the situation that was decided on is still there. If it is not, the end of the chain becomes `null`, which its column refuses, and
 * all that is written together fails.
 */
export function advance(
  { organizationId, head, created, touched, now }: Situation,
  { auditKey, once }: Pick<Asked, 'auditKey' | 'once'>,
  { keyId, audit, created: more, guard = sql`1 = 1` }: Advance,
): readonly Sql[] {
  const records = linkAudit(head, organizationId, audit, now, auditKey)
  const { seq, hash } = records.at(-1) ?? head
  const at = now.getTime()
  return [
    sql`insert into api_key_counters (organization_id, created, audit_seq, audit_hash, touched)
      values (${organizationId}, ${created + more}, case when ${guard} then ${seq} end, ${hash}, 1)
      on conflict (organization_id) do update set created = excluded.created, audit_hash = excluded.audit_hash,
      audit_seq = case when touched = ${touched} then excluded.audit_seq end, touched = touched + 1`,
    ...records.map((record) => insertRow('api_key_audit', { ...auditRow(record) })),
    ...(once === undefined
      ? []
      : [
          sql`delete from api_key_requests where at < ${at - requestMemoryMs}`,
          insertRow('api_key_requests', { ...once, key_id: keyId, claim: '', at }),
        ]),
  ]
}
