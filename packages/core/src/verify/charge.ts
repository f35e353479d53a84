import type { Principal, PrincipalParts } from '../access/index.js'
import type { BudgetVerdict } from '../budgets/index.js'
import type { RateLimitVerdict } from '../limits/index.js'
import type { RequestUse } from '../rates/index.js'
import type { Found } from '../store/index.js'
import { refuse } from '../verdict/index.js'
import type { Examined } from './conclude.js'
import { fault } from './fault.js'
import type { VerifyParts } from './parts.js'

const budgetsFault = /* @__PURE__ */ fault('budgets')

/** A request that may pass as far as rights and limits go, and its principal. */
export interface Payer {
  readonly found: Found
  readonly use: RequestUse
  readonly limited: RateLimitVerdict | null
  /** What the principal is made of: those that are narrowed from it have the same. */
  readonly held: PrincipalParts
  readonly principal: Principal
}

/** The end of a request that costs credits: its budgets admit it, or it is refused. */
export async function charge(
  { spender }: VerifyParts,
  { found, use, limited, held, principal }: Payer,
  spending: Promise<BudgetVerdict | null>,
): Promise<Examined> {
  const spent = await spending.catch(budgetsFault)
  const rateLimits = limited?.states ?? []
  if (spent === null) return { verdict: { ok: true, principal, rateLimits }, found, use, triedId: null }
  if (spent.admitted) {
    spender.remember(held, spent.reservation)
    return { verdict: { ok: true, principal, rateLimits, budgets: spent.states }, found, use, triedId: null }
  }
  const { exhausted, refillsAt, retryAfterMs } = spent
  const refusal = { code: 'budget_exhausted', keyId: found.record.id, exhausted, refillsAt, retryAfterMs } as const
  return { verdict: refuse(refusal, rateLimits), found, use: null, triedId: null }
}

/** Whoever did not wait for a principal does not pay for it. An outage that keeps it from being given back is told elsewhere. */
export async function giveBackLate({ spender }: VerifyParts, examining: Promise<Examined>): Promise<void> {
  const use = await examining.then((late) => late.use).catch(() => null)
  if (use !== null) await spender.giveBack(use).catch(() => {})
}
