import {
  type BudgetReservation,
  type BudgetVerdict,
  type Spender,
  type SpentKey,
  type StoreBudgets,
  settleParts,
  takeFromAll,
} from '../budgets/index.js'
import { organizationOf } from '../store/index.js'
import type { BudgetSources } from './sources.js'

/** What takes credits. */
export interface SpendingParts {
  readonly budgets: BudgetSources
  readonly store: { readonly budgets?: StoreBudgets | undefined }
}

/** Makes what takes the cost of requests. */
export function spender(parts: SpendingParts): Spender {
  const taken = new WeakMap<object, Promise<BudgetVerdict | null>>()
  const reservations = new WeakMap<object, BudgetReservation>()
  return {
    take: (use, key, cost) => {
      if (key.record.budget === null && !parts.budgets.hasShared) return null
      const before = taken.get(use)
      if (before !== undefined) return before
      const taking = takeCredits(parts, key, cost)
      taken.set(use, taking)
      // A fault is no verdict: the next guard asks again.
      taking.catch(() => {
        if (taken.get(use) === taking) taken.delete(use)
      })
      return taking
    },
    giveBack: async (use) => {
      const verdict = await taken.get(use)
      taken.delete(use)
      if (verdict?.admitted !== true || verdict.reservation.cost === 0) return
      const { cost, parts: from, organizationId, keyId } = verdict.reservation
      await requireBudgets(parts).change({
        accounts: from.map(({ holder, id }) => ({ organizationId, holder, id })),
        about: keyId,
        isAudited: false,
        decide: (read) => ({ write: settleParts(from, { cost, actualCost: 0 }, read), audit: [], result: null }),
      })
    },
    remember: (request, reservation) => void reservations.set(request, reservation),
    reservationOf: (request) => reservations.get(request) ?? null,
  }
}

/** Takes credits from all budgets that a key is under, or from none; `null`: it is under none. */
export async function takeCredits(
  parts: SpendingParts,
  { record, now }: SpentKey,
  cost: number,
): Promise<BudgetVerdict | null> {
  const kept = await parts.budgets.ofKey(record)
  if (kept.length === 0) return null
  const about = { id: crypto.randomUUID(), keyId: record.id, organizationId: organizationOf(record.owner), cost }
  if (cost === 0) {
    const nothing = { period: 0, ofLimit: 0, ofExtra: 0 }
    const from = kept.map(({ account: { holder, id }, budget }) => ({ holder, id, budget, ...nothing }))
    return { admitted: true, states: [], reservation: { ...about, takenAt: now, parts: from } }
  }
  const result = await requireBudgets(parts).change({
    accounts: kept.map(({ account }) => account),
    about: record.id,
    isAudited: false,
    decide: (read) => takeFromAll(kept, cost, read),
  })
  if (!result.admitted) return result
  const { states, parts: from, takenAt } = result
  return { admitted: true, states, reservation: { ...about, takenAt, parts: from } }
}

/** @throws Error where the store keeps no accounts: what cannot be counted is not given. */
export function requireBudgets({ store }: Pick<SpendingParts, 'store'>): StoreBudgets {
  if (store.budgets !== undefined) return store.budgets
  throw new Error(
    'The store keeps no budgets, and a key is under one: use a store with budgets, such as kyselyStore(db).',
  )
}
