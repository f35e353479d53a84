import { type AuditRow, emptyChain, type KeyStore, parseAuditRow } from '@keywright/core/store'
import type { Database } from '../driver/database.js'
import { all } from '../sql/parts.js'
import { raw, sql } from '../sql/sql.js'
import { advance } from './advance.js'
import { archived } from './archived.js'
import { readSituation, selectSituation } from './situation.js'

/** The audit log. */
export function auditMethods(db: Database): Pick<KeyStore, 'listAudit' | 'appendAudit' | 'auditHead'> {
  return {
    async listAudit({ organizationId, keyId, type, actor, from, to, order, after, limit }) {
      const conditions = [
        sql`organization_id = ${organizationId}`,
        sql`seq > ${archived(organizationId)}`,
        ...(keyId === undefined ? [] : [sql`key_id = ${keyId}`]),
        ...(type === undefined ? [] : [sql`type = ${type}`]),
        ...(actor === undefined ? [] : [sql`actor_type = ${actor.type} and actor_id = ${actor.id}`]),
        ...(from === undefined ? [] : [sql`at >= ${from.getTime()}`]),
        ...(to === undefined ? [] : [sql`at < ${to.getTime()}`]),
        ...(after === undefined ? [] : [sql`seq ${raw(order === 'asc' ? '>' : '<')} ${after}`]),
      ]
      const [rows = []] = await db.read([
        sql`select * from api_key_audit where ${all(conditions)} order by seq ${raw(order)} limit ${limit}`,
      ])
      return rows.map((row) => parseAuditRow(row as unknown as AuditRow)) // what does not fit is told as altered
    },

    appendAudit(organizationId, audit, auditKey) {
      const asked = { quota: null, auditKey }
      return db.change([selectSituation(organizationId, '', asked)], ([rows]) => {
        const situation = readSituation(rows?.[0], organizationId, asked)
        return { writes: advance(situation, asked, { keyId: null, audit, created: 0 }), result: undefined }
      })
    },

    async auditHead(organizationId) {
      const [rows] = await db.read([
        sql`select audit_seq, audit_hash from api_key_counters where organization_id = ${organizationId}`,
      ])
      const row = rows?.[0]
      // What is no number must not hide the rest: `audit.verify` finds it.
      return row === undefined ? emptyChain : { seq: Number(row.audit_seq), hash: String(row.audit_hash) }
    },
  }
}
