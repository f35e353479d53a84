import type { BudgetAccount, KeptBudget } from '../budgets/index.js'
import type { Plans } from '../plans/index.js'
import { organizationOf } from '../store/index.js'
import type { Budget, KeyRecord, Owner } from '../values/index.js'
import { readBudgetOptions } from './budget-options.js'

/** Which budgets there are. */
export interface BudgetSources {
  /** Whether keys may be under any budget but their own. */
  readonly hasShared: boolean
  /** The budgets that a call with a key takes from, in the order in which their accounts are locked. */
  ofKey(key: Pick<KeyRecord, 'id' | 'owner' | 'budget'>): Promise<readonly KeptBudget[]>
  /** Those of an owner's keys together, and of all keys of their organization. */
  ofOwner(owner: Owner): Promise<readonly KeptBudget[]>
  ofOrganization(organizationId: string): Promise<readonly KeptBudget[]>
}

/** @throws {@link InvalidOptions} */
export function budgetSources(options: unknown, plans: Pick<Plans, 'of' | 'limitSpending'>): BudgetSources {
  const shared = readBudgetOptions(options)
  const planOf = async (organizationId: string) =>
    plans.limitSpending ? (await plans.of(organizationId)).budgets : null

  const ofOrganization = async (organizationId: string, plan = planOf(organizationId)) => {
    const planned = (await plan)?.organization
    const budget = planned === undefined ? await shared.organization?.(organizationId) : planned
    return keptOf({ organizationId, holder: 'organization', id: organizationId }, budget)
  }
  const ofOwner = async (owner: Owner) => {
    const organizationId = organizationOf(owner)
    const plan = planOf(organizationId)
    const planned = (await plan)?.owner
    // A copy: what the host does to it must not reach the record.
    const budget = planned === undefined ? await shared.owner?.({ ...owner }) : planned
    const own = keptOf({ organizationId, holder: 'owner', id: `${owner.type}:${owner.id}` }, budget)
    return [...own, ...(await ofOrganization(organizationId, plan))]
  }
  return {
    hasShared: shared.owner !== null || shared.organization !== null || plans.limitSpending,
    ofOwner,
    ofOrganization: (organizationId) => ofOrganization(organizationId),
    ofKey: async ({ id, owner, budget }) => {
      const own = keptOf({ organizationId: organizationOf(owner), holder: 'key', id }, budget)
      return [...own, ...(await ofOwner(owner))]
    },
  }
}

function keptOf(account: BudgetAccount, budget: Budget | null | undefined): readonly KeptBudget[] {
  return budget === null || budget === undefined ? [] : [{ account, budget }]
}
