import { type BudgetInput, parseBudget } from '../budgets/index.js'
import { checkNames, type NamesOf } from '../check/index.js'
import { InvalidOptions } from '../errors/index.js'
import { isShared, parseStandardLimits, type RateLimitPolicy } from '../limits/index.js'
import { type KeyPolicy, type PolicyInput, readPolicy, refusesAny, stricterPolicy } from '../policy/index.js'
import { organizationOf, type QuotaScope } from '../store/index.js'
import { type Budget, isRecord, type Owner, type StandardRateLimit } from '../values/index.js'

/** What a plan allows. */
export interface PlanInput {
  /** Keys that are active or disabled, and not expired, at one time. `'unlimited'` is said aloud. */
  readonly maxKeys: number | 'unlimited'
  /** In place of the keyring's `rateLimits`, also of those that keys share. @defaultValue those */
  readonly rateLimits?: Readonly<Record<string, StandardRateLimit>> | undefined
  /**
   * What the keys of its organisations must be like, beside the keyring's `policy`: of each rule, the stricter one holds.
   * @defaultValue that alone
   */
  readonly policy?: PolicyInput | undefined
  /** What the keys of one owner, and all keys of the organization, may cost together; `null`: no budget. @defaultValue the keyring's `budgets` */
  readonly budgets?: PlanBudgets | undefined
}

/** The budgets of a plan: each in place of the keyring's. */
export interface PlanBudgets {
  readonly owner?: BudgetInput | null | undefined
  readonly organization?: BudgetInput | null | undefined
}

const planNames: NamesOf<PlanInput> = { maxKeys: true, rateLimits: true, policy: true, budgets: true }

/** Looks up the name of an organisation's plan. */
export type ResolvePlan = (organizationId: string) => string | Promise<string>

/** A plan, read. */
export interface Plan {
  readonly maxKeys: number | 'unlimited'
  readonly rateLimits: readonly RateLimitPolicy[] | null
  /** With the keyring's. */
  readonly policy: KeyPolicy
  /** `undefined` in it: the keyring's; `null` in it: none. */
  readonly budgets: {
    readonly owner: Budget | null | undefined
    readonly organization: Budget | null | undefined
  } | null
}

/** The plans of a keyring. */
export interface Plans {
  /** Whether a verification has to know the plan. */
  readonly limitUse: boolean
  /** Whether one has limits that keys share, so that it has to know the plan also for keys with limits of their own. */
  readonly shareLimits: boolean
  /** Whether any policy refuses any key. */
  readonly holdPolicy: boolean
  /** Whether one has budgets, so that it has to know the plan for those. */
  readonly limitSpending: boolean
  /** @throws TypeError if the host names a plan that is not there: nothing is allowed on a guess. */
  of(organizationId: string): Promise<Plan>
  /** Which keys count together with those of `owner`. */
  quotaOf(owner: Owner): QuotaScope
}

/** @throws {@link InvalidOptions} */
export function readPlans(options: {
  readonly plans?: unknown
  readonly resolvePlan?: unknown
  readonly countKeysBy?: unknown
  readonly policy?: unknown
}): Plans {
  const { plans, resolvePlan, countKeysBy = 'organization' } = options
  const policy = readPolicy(options.policy, 'policy')
  if (countKeysBy !== 'organization' && countKeysBy !== 'owner') {
    throw new InvalidOptions('countKeysBy', "'organization' or 'owner'")
  }
  const quotaOf = (owner: Owner): QuotaScope =>
    countKeysBy === 'owner' ? { owner } : { organizationId: organizationOf(owner) }
  if (plans === undefined && resolvePlan === undefined) {
    return {
      limitUse: false,
      shareLimits: false,
      holdPolicy: refusesAny(policy),
      limitSpending: false,
      of: async () => ({ maxKeys: 'unlimited', rateLimits: null, policy, budgets: null }),
      quotaOf,
    }
  }
  if (typeof plans !== 'object' || plans === null) throw new InvalidOptions('plans', 'an object of plans by name')
  if (typeof resolvePlan !== 'function') throw new InvalidOptions('resolvePlan', 'a function of the organisation')
  const known = new Map(Object.entries(plans).map(([name, plan]) => [name, readPlan(plan, `plans.${name}`, policy)]))
  return {
    limitUse: [...known.values()].some(({ rateLimits }) => rateLimits !== null),
    shareLimits: [...known.values()].some(({ rateLimits }) => rateLimits?.some(isShared)),
    holdPolicy: [...known.values()].some((plan) => refusesAny(plan.policy)),
    limitSpending: [...known.values()].some(({ budgets }) => budgets !== null),
    quotaOf,
    of: async (organizationId) => {
      const name: unknown = await resolvePlan(organizationId)
      const plan = typeof name === 'string' ? known.get(name) : undefined
      if (plan === undefined) throw new TypeError(`resolvePlan must answer one of ${[...known.keys()].join(', ')}`)
      return plan
    },
  }
}

function readPlan(plan: unknown, field: string, keyringPolicy: KeyPolicy): Plan {
  if (typeof plan !== 'object' || plan === null) throw new InvalidOptions(field, '{ maxKeys }')
  checkNames(plan, planNames, { at: field })
  const { maxKeys, rateLimits, budgets, ...others } = plan as Partial<Record<string, unknown>> // each field is checked here
  if (maxKeys !== 'unlimited' && !(Number.isSafeInteger(maxKeys) && Number(maxKeys) >= 0)) {
    throw new InvalidOptions(`${field}.maxKeys`, "a whole number, or 'unlimited'")
  }
  return {
    maxKeys: maxKeys === 'unlimited' ? maxKeys : Number(maxKeys),
    rateLimits: rateLimits === undefined ? null : parseStandardLimits(rateLimits, `${field}.rateLimits`),
    policy: stricterPolicy(readPolicy(others.policy, `${field}.policy`), keyringPolicy),
    budgets: budgets === undefined ? null : readBudgets(budgets, `${field}.budgets`),
  }
}

function readBudgets(budgets: unknown, field: string): Plan['budgets'] {
  if (!isRecord(budgets)) throw new InvalidOptions(field, '{ owner, organization }')
  checkNames(budgets, { owner: true, organization: true }, { at: field })
  const { owner, organization } = budgets
  return {
    owner: owner === undefined ? undefined : parseBudget(owner, `${field}.owner`, InvalidOptions),
    organization:
      organization === undefined ? undefined : parseBudget(organization, `${field}.organization`, InvalidOptions),
  }
}
