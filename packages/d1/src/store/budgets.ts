import {
  type AccountState,
  type BudgetAccount,
  emptyAccount,
  instantOf,
  parseAccountRow,
  requestMemoryMs,
  type StoreBudgets,
} from '@keywright/core/store'
import type { Database, Plan, Row } from '../driver/database.js'
import { insertRow, now } from '../sql/parts.js'
import { type Sql, sql } from '../sql/sql.js'
import { advance } from './advance.js'
import { readSituation, selectSituation } from './situation.js'

/** The accounts of budgets. */
export function budgetMethods(db: Database): StoreBudgets {
  return {
    async read(accounts) {
      const [clock, ...found] = await db.read([sql`select ${now} as now`, ...accounts.map(selectAccount)])
      return { now: instantOf(clock?.[0]?.now, 'now'), states: found.map(readAccount) }
    },

    change({ accounts, once, about, isAudited, auditKey, decide }) {
      const [first] = accounts
      if (first === undefined) throw new TypeError('A change of budgets is of one account at least')
      const { organizationId } = first
      const asked = { quota: null, auditKey, once }
      return db.change(
        [selectSituation(organizationId, '', asked), ...accounts.map(selectAccount)],
        ([rows, ...found]): Plan<ReturnType<typeof decide>['result']> => {
          const situation = readSituation(rows?.[0], organizationId, asked)
          const states = found.map(readAccount)
          const { write, audit, result } = decide({ now: situation.now, states })
          if (write === null) return { writes: [], result }
          const writes = accounts.map((account, at) => {
            const before = states[at] ?? emptyAccount
            return writeAccount(account, before, write[at] ?? before)
          })
          // Only the log of the organization needs its lock: calls for other accounts of it meet nobody.
          const claim = isAudited
            ? advance(situation, asked, { keyId: about, audit, created: 0 })
            : claimRequest(once, about, situation.now)
          return { writes: [...claim, ...writes], result }
        },
      )
    },
  }
}

function claimRequest(
  once: { readonly id: string; readonly fingerprint: string } | undefined,
  about: string,
  at: Date,
): readonly Sql[] {
  if (once === undefined) return []
  return [
    sql`delete from api_key_requests where at < ${at.getTime() - requestMemoryMs}`,
    insertRow('api_key_requests', { ...once, key_id: about, claim: '', at: at.getTime() }),
  ]
}

function selectAccount({ organizationId, holder, id }: BudgetAccount): Sql {
  return sql`select period, used, extra from api_key_budgets
    where organization_id = ${organizationId} and holder = ${holder} and id = ${id}`
}

function readAccount(rows: readonly Row[]): AccountState {
  const [row] = rows
  return row === undefined ? emptyAccount : parseAccountRow(row)
}

/** Writes an account, as long as it is what was decided on. If it is not, `used` becomes `null`, which its column refuses. */
function writeAccount({ organizationId, holder, id }: BudgetAccount, before: AccountState, after: AccountState): Sql {
  return sql`insert into api_key_budgets (organization_id, holder, id, period, used, extra)
    values (${organizationId}, ${holder}, ${id}, ${after.period}, ${after.used}, ${after.extra})
    on conflict (organization_id, holder, id) do update set
    used = case when period = ${before.period} and used = ${before.used} and extra = ${before.extra} then excluded.used end,
    period = excluded.period, extra = excluded.extra`
}
