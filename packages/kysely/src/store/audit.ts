import type { AuditDraft } from '@keywright/core'
import {
  type AuditKey,
  auditRow,
  emptyChain,
  isKeyEvent,
  type KeyStore,
  keyEvent,
  linkAudit,
} from '@keywright/core/store'
import type { Transaction } from 'kysely'
import type { KeyTables } from '../tables/key-tables.js'
import { addEvents } from './add-events.js'
import { loadRecords } from './audit-page.js'
import type { StoreContext } from './context.js'
import { type LockedOrganization, lockOrganization } from './organization-lock.js'

/** Records to append, and the key that their hashes are made with. */
export interface AuditAppend {
  readonly drafts: readonly AuditDraft[]
  /** Left out: hashes without a key. */
  readonly auditKey: AuditKey | undefined
}

/**
 * Appends records to the chain of a locked organisation, and writes its counters: those first. If a host commits its transaction
 * meanwhile, the log then has a gap, but goes on, and never a record too many, after which no other could be appended.
 *
 * If the organisation uses webhooks, what happened to a key is an event as well.
 */
export async function appendAudit(
  context: StoreContext,
  trx: Transaction<KeyTables>,
  { id, head, created, hasWebhooks, now }: LockedOrganization,
  { drafts, auditKey }: AuditAppend,
): Promise<void> {
  const { tables } = context
  const records = linkAudit(head, id, drafts, now, auditKey)
  const last = records.at(-1) ?? head
  const rows = records.map(auditRow)
  await trx
    .updateTable(tables.api_key_counters)
    .set({ created, audit_seq: last.seq, audit_hash: last.hash })
    .where('organization_id', '=', id)
    .execute()
  if (rows.length > 0) await trx.insertInto(tables.api_key_audit).values(rows).execute()
  if (hasWebhooks) await addEvents(context, trx, records.filter(isKeyEvent).map(keyEvent), now.getTime())
}

/** The audit log. */
export function auditMethods(context: StoreContext): Pick<KeyStore, 'listAudit' | 'appendAudit' | 'auditHead'> {
  const { tables, transaction, reading } = context
  return {
    listAudit: (query) => reading((on) => loadRecords(on, query)),

    async appendAudit(organizationId, drafts, auditKey) {
      await transaction(async (trx) => {
        const organization = await lockOrganization(context, trx, organizationId)
        await appendAudit(context, trx, organization, { drafts, auditKey })
      })
    },

    async auditHead(organizationId) {
      const row = await reading(({ db }) =>
        db
          .selectFrom(tables.api_key_counters)
          .select(['audit_seq', 'audit_hash'])
          .where('organization_id', '=', organizationId)
          .executeTakeFirst(),
      )
      // What is no number must not hide the rest: `audit.verify` finds it.
      return row === undefined ? emptyChain : { seq: Number(row.audit_seq), hash: row.audit_hash }
    },
  }
}
