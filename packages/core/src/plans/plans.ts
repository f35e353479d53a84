import { checkNames, type NamesOf } from '../check/index.js'
import { InvalidOptions } from '../errors/index.js'
import { parseRateLimitPolicies, type RateLimitPolicy } from '../limits/index.js'
import { organizationOf, type QuotaScope } from '../store/index.js'
import type { Owner, RateLimit } from '../values/index.js'

/** What a plan allows. */
export interface PlanInput {
  /** Keys that are active or disabled, and not expired, at one time. `'unlimited'` is said aloud. */
  readonly maxKeys: number | 'unlimited'
  /** In place of the keyring's `rateLimits`. @defaultValue those */
  readonly rateLimits?: Readonly<Record<string, RateLimit>> | undefined
}

const planNames: NamesOf<PlanInput> = { maxKeys: true, rateLimits: true }

/** Looks up the name of an organisation's plan. */
export type ResolvePlan = (organizationId: string) => string | Promise<string>

/** A plan, read. */
export interface Plan {
  readonly maxKeys: number | 'unlimited'
  readonly rateLimits: readonly RateLimitPolicy[] | null
}

/** The plans of a keyring. */
export interface Plans {
  /** Whether a verification has to know the plan. */
  readonly limitUse: boolean
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
}): Plans {
  const { plans, resolvePlan, countKeysBy = 'organization' } = options
  if (countKeysBy !== 'organization' && countKeysBy !== 'owner') {
    throw new InvalidOptions('countKeysBy', "'organization' or 'owner'")
  }
  const quotaOf = (owner: Owner): QuotaScope =>
    countKeysBy === 'owner' ? { owner } : { organizationId: organizationOf(owner) }
  if (plans === undefined && resolvePlan === undefined) {
    return { limitUse: false, of: async () => ({ maxKeys: 'unlimited', rateLimits: null }), quotaOf }
  }
  if (typeof plans !== 'object' || plans === null) throw new InvalidOptions('plans', 'an object of plans by name')
  if (typeof resolvePlan !== 'function') throw new InvalidOptions('resolvePlan', 'a function of the organisation')
  const known = new Map(Object.entries(plans).map(([name, plan]) => [name, readPlan(plan, `plans.${name}`)]))
  return {
    limitUse: [...known.values()].some(({ rateLimits }) => rateLimits !== null),
    quotaOf,
    of: async (organizationId) => {
      const name: unknown = await resolvePlan(organizationId)
      const plan = typeof name === 'string' ? known.get(name) : undefined
      if (plan === undefined) throw new TypeError(`resolvePlan must answer one of ${[...known.keys()].join(', ')}`)
      return plan
    },
  }
}

function readPlan(plan: unknown, field: string): Plan {
  if (typeof plan !== 'object' || plan === null) throw new InvalidOptions(field, '{ maxKeys }')
  checkNames(plan, planNames, { at: field })
  const { maxKeys, rateLimits } = plan as Partial<Record<string, unknown>> // each field is checked here
  if (maxKeys !== 'unlimited' && !(Number.isSafeInteger(maxKeys) && Number(maxKeys) >= 0)) {
    throw new InvalidOptions(`${field}.maxKeys`, "a whole number, or 'unlimited'")
  }
  return {
    maxKeys: maxKeys === 'unlimited' ? maxKeys : Number(maxKeys),
    rateLimits: rateLimits === undefined ? null : parseRateLimitPolicies(rateLimits, `${field}.rateLimits`),
  }
}
