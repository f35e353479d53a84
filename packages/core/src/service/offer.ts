import type { RateLimit } from '../values/index.js'
import { checkId } from './check-input.js'
import type { Settings } from './options.js'
import { reachStore } from './reach-store.js'

/** What an organisation may ask of `create` now. */
export interface Offer {
  /** In which environments keys can be issued; `[null]`: tokens have no environment part. */
  readonly environments: readonly (string | null)[]
  /** The one that keys are issued in by default, and that this process accepts. */
  readonly environment: string | null
  /** Those of the environments whose tokens can be shown again. */
  readonly revealable: readonly (string | null)[]
  /** How many keys the organisation's plan allows, and how many there are. Counted for the whole organisation. */
  readonly plan: { readonly maxKeys: number | 'unlimited'; readonly used: number }
  /** The limits of keys that have none of their own. */
  readonly rateLimits: readonly RateLimit[]
}

/** @throws InvalidInput, StoreUnavailable, and what the host's `resolvePlan` throws. */
export async function readOffer(settings: Settings, organizationId: unknown): Promise<Offer> {
  const id = checkId(organizationId, 'organizationId')
  const environments = [...settings.namespaceOf.keys()]
  const { maxKeys } = await settings.plans.of(id)
  const { active, disabled } = await reachStore(settings.store.stats(id))
  return {
    environments,
    environment: settings.environment,
    revealable: environments.filter((environment) => settings.reveal?.covers(environment) === true),
    plan: { maxKeys, used: active + disabled },
    rateLimits: await settings.rateLimits.standard(id),
  }
}
