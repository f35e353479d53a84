import type { MayHear } from './guard-notifications.js'
import type { RuleSettings } from './rules/rule.js'
import { mayRead } from './rules/visibility.js'

/**
 * Whether the client of a server may hear that a resource changed: only while it may read the resource. A subscription outlives
 * rights.
 */
export function mayHearOfResource(settings: RuleSettings): MayHear {
  const { subscribers } = settings
  return async (params) => {
    const { uri } = (params ?? {}) as { readonly uri?: unknown }
    const caller = await (subscribers.byUri.get(String(uri)) ?? subscribers.latest)?.renew()
    return caller != null && (await mayRead(uri, caller, settings))
  }
}
