import { checkId } from '../input/index.js'
import type { KeyPolicy } from '../policy/index.js'
import { wrapStoreErrors } from '../store/index.js'
import type { StandardRateLimit } from '../values/index.js'
import type { CapabilityParts } from './parts.js'

/** What an organisation may ask of `create` now. */
export interface Capabilities {
  /** In which environments keys can be issued; `[null]`: tokens have no environment part. */
  readonly environments: readonly (string | null)[]
  /** The one that keys are issued in by default, and that this process accepts. */
  readonly environment: string | null
  /** Those of the environments whose tokens can be shown again. */
  readonly revealable: readonly (string | null)[]
  /** How many keys the organisation's plan allows, and how many there are. Counted for the whole organisation. */
  readonly plan: { readonly maxKeys: number | 'unlimited'; readonly used: number }
  /** What the organisation's keys must be like, by the keyring's policy and the plan's. */
  readonly policy: KeyPolicy
  /** When a key that is made now may end at the latest, by the policy; `null`: whenever it likes. */
  readonly latestExpiry: Date | null
  /** Whether a key can have a budget. */
  readonly budgets: boolean
  /** The limits of keys that have none of their own. Those that are shared hold for all keys. */
  readonly rateLimits: readonly StandardRateLimit[]
}

/** @throws InvalidInput, StoreUnavailable, and what the host's `resolvePlan` throws. */
export async function loadCapabilities(parts: CapabilityParts, organizationId: unknown): Promise<Capabilities> {
  const id = checkId(organizationId, 'organizationId')
  const environments = [...parts.namespaceOf.keys()]
  const { maxKeys, policy } = await parts.plans.of(id)
  const { active, disabled } = await wrapStoreErrors(parts.store.stats({ organizationId: id }))
  return {
    environments,
    environment: parts.environment,
    revealable: environments.filter((environment) => parts.reveal?.covers(environment) === true),
    plan: { maxKeys, used: active + disabled },
    policy,
    latestExpiry:
      policy.maxLifetimeMs === null
        ? null
        : new Date((await wrapStoreErrors(parts.store.now())).getTime() + policy.maxLifetimeMs),
    budgets: parts.keepsBudgets,
    rateLimits: await parts.rateLimits.standard(id),
  }
}
