import {
  type AccountState,
  type BudgetAccount,
  emptyAccount,
  parseAccountRow,
  type StoreBudgets,
} from '@keywright/core/store'
import { sql, type Transaction } from 'kysely'
import type { KeyTables } from '../tables/key-tables.js'
import { instantOf } from '../tables/whole-number.js'
import { appendAudit } from './audit.js'
import type { StoreContext } from './context.js'
import { lockOrganization } from './organization-lock.js'
import { claimRequest } from './request-claim.js'

/** The accounts of budgets. */
export function budgetMethods(context: StoreContext): StoreBudgets {
  const { reading, transaction } = context
  return {
    read: (accounts) => reading((on) => loadAccounts(on, on.db, accounts, () => emptyAccount)),

    change: ({ accounts, once, about, isAudited, auditKey, decide }) =>
      transaction(async (trx) => {
        const [first] = accounts
        if (first === undefined) throw new TypeError('A change of budgets is of one account at least')
        // The log first, as in each change of a key.
        const organization = isAudited ? await lockOrganization(context, trx, first.organizationId) : null
        await lockAccounts(context, trx, accounts)
        const read = await loadAccounts(context, trx, accounts, lost)
        const { write, audit, result } = decide(read)
        if (write === null) return result
        await claimRequest(context, trx, { once, keyId: about, at: read.now })
        if (organization !== null) await appendAudit(context, trx, organization, { drafts: audit, auditKey })
        for (const [at, account] of accounts.entries()) {
          const before = read.states[at]
          const after = write[at] ?? before
          if (after !== undefined && after !== before) await writeAccount(context, trx, account, after)
        }
        return result
      }),
  }
}

/** An account that was locked is there. To take one for empty would give its limit once more. */
function lost(): never {
  throw new Error('The account of a budget is gone that was there a moment ago')
}

/** Locks accounts in the order in which they are named, and makes those that are not there. */
async function lockAccounts(
  { tables, dialect }: StoreContext,
  trx: Transaction<KeyTables>,
  accounts: readonly BudgetAccount[],
): Promise<void> {
  const rows = accounts.map(({ organizationId, holder, id }) => ({
    organization_id: organizationId,
    holder,
    id,
    ...emptyAccount,
  }))
  const { api_key_budgets: table } = tables
  await dialect
    .orChange(trx.insertInto(table).values(rows), {
      table,
      keys: ['organization_id', 'holder', 'id'],
      // A write without effect takes the row's lock on every engine.
      changes: (there) => ({ used: there('used') }),
    })
    .execute()
}

async function loadAccounts(
  { tables, dialect }: StoreContext,
  db: StoreContext['db'],
  accounts: readonly BudgetAccount[],
  missing: () => AccountState,
): Promise<{ readonly now: Date; readonly states: readonly AccountState[] }> {
  // One row in any case, so that the clock is told.
  const { rows } = await sql<Readonly<Record<'now' | 'holder' | 'id' | 'period' | 'used' | 'extra', unknown>>>`
    select server.now, b.holder, b.id, b.period, b.used, b.extra from (select ${dialect.now} as now) as server
    left join ${sql.table(tables.api_key_budgets)} as b on ${sql.join(
      accounts.map(
        ({ organizationId, holder, id }) =>
          sql`(b.organization_id = ${organizationId} and b.holder = ${holder} and b.id = ${id})`,
      ),
      sql` or `,
    )}`.execute(db)
  const states = accounts.map(({ holder, id }) => {
    const row = rows.find((one) => one.holder === holder && one.id === id)
    return row === undefined ? missing() : parseAccountRow(row)
  })
  return { now: instantOf(rows[0]?.now, 'now'), states }
}

async function writeAccount(
  { tables }: StoreContext,
  trx: Transaction<KeyTables>,
  { organizationId, holder, id }: BudgetAccount,
  { period, used, extra }: AccountState,
): Promise<void> {
  await trx
    .updateTable(tables.api_key_budgets)
    .set({ period, used, extra })
    .where('organization_id', '=', organizationId)
    .where('holder', '=', holder)
    .where('id', '=', id)
    .execute()
}
