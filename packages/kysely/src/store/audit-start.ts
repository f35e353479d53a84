import { emptyChain, type StoreRetention } from '@keywright/core/store'
import type { Transaction } from 'kysely'
import type { KeyTables } from '../tables/key-tables.js'
import type { TableNames } from '../tables/table-names.js'
import { wholeNumberOf } from '../tables/whole-number.js'
import { appendAudit } from './audit.js'
import type { StoreContext } from './context.js'
import { lastArchived } from './last-archived.js'
import { lockOrganization } from './organization-lock.js'

/** Where logs begin. */
export function auditStartMethods(
  context: StoreContext,
): Pick<StoreRetention, 'auditStart' | 'moveAuditStart' | 'sweepAudit'> {
  const { tables, dialect, reading, changing, transaction } = context
  return {
    auditStart: (organizationId) => reading(({ db }) => loadStart(db, tables, organizationId)),

    moveAuditStart: ({ organizationId, from, to, record, auditKey }) =>
      transaction(async (trx) => {
        const organization = await lockOrganization(context, trx, organizationId)
        const start = await loadStart(trx, tables, organizationId)
        const isSame = start.seq === from.seq && start.hash === from.hash && from.seq < to.seq
        if (!isSame || !(await isRecord(trx, tables, organizationId, to))) return false
        await appendAudit(context, trx, organization, { drafts: [record], auditKey })
        const { seq, hash } = to
        const row = { organization_id: organizationId, seq, hash, at: organization.now.getTime() }
        await dialect
          .orChange(trx.insertInto(tables.api_key_audit_starts).values(row), {
            table: tables.api_key_audit_starts,
            keys: ['organization_id'],
            changes: (_, coming) => ({ seq: coming('seq'), hash: coming('hash'), at: coming('at') }),
          })
          .execute()
        return true
      }),

    async sweepAudit({ organizationId, limit }) {
      const archived = lastArchived(tables, organizationId)
      const found = await changing((on) =>
        on
          .selectFrom(tables.api_key_audit)
          .select('seq')
          .where('organization_id', '=', organizationId)
          .where('seq', '<=', archived)
          .orderBy('seq')
          .limit(limit)
          .execute(),
      )
      const last = found.at(-1)
      if (last === undefined) return 0
      const { numDeletedRows } = await transaction((trx) =>
        trx
          .deleteFrom(tables.api_key_audit)
          .where('organization_id', '=', organizationId)
          .where('seq', '<=', last.seq)
          .where('seq', '<=', archived)
          .executeTakeFirstOrThrow(),
      )
      return Number(numDeletedRows)
    },
  }
}

async function loadStart(
  db: StoreContext['db'],
  { api_key_audit_starts: starts }: TableNames,
  organizationId: string,
): Promise<typeof emptyChain> {
  const row = await db
    .selectFrom(starts)
    .select(['seq', 'hash'])
    .where('organization_id', '=', organizationId)
    .executeTakeFirst()
  return row === undefined ? emptyChain : { seq: wholeNumberOf(row.seq, 'seq'), hash: row.hash }
}

async function isRecord(
  trx: Transaction<KeyTables>,
  { api_key_audit: audit }: TableNames,
  organizationId: string,
  { seq, hash }: typeof emptyChain,
): Promise<boolean> {
  const row = await trx
    .selectFrom(audit)
    .select('hash')
    .where('organization_id', '=', organizationId)
    .where('seq', '=', seq)
    .executeTakeFirst()
  return row?.hash === hash
}
