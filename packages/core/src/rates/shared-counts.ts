import type { RateLimitPolicy, RateLimitVerdict } from '../limits/index.js'
import { organizationOf } from '../store/index.js'
import type { KeyRecord } from '../values/index.js'

type Counted = Pick<KeyRecord, 'id' | 'owner'>

/**
 * Where the calls of a key are counted that shares limits: with all others of its organization, so that all units are taken in one step,
 * or none are, also by a limiter that keeps subjects on different servers.
 */
export function subjectOf({ owner }: Counted): string {
  return JSON.stringify(['organization', organizationOf(owner)])
}

/** The policies, each of the part of that subject whose calls it counts. */
export function partsOf({ id, owner }: Counted, policies: readonly RateLimitPolicy[]): readonly RateLimitPolicy[] {
  return policies.map((policy) => {
    if (policy.per === 'organization') return policy
    return { ...policy, of: JSON.stringify(policy.per === 'owner' ? ['owner', owner.type, owner.id] : ['key', id]) }
  })
}

/** A verdict on the policies as they were set: whose counts they are is nothing to whoever reads what is left. */
export function withoutParts(verdict: RateLimitVerdict, policies: readonly RateLimitPolicy[]): RateLimitVerdict {
  const states = verdict.states.map((state, at) => ({ ...state, policy: policies[at] ?? state.policy }))
  return { ...verdict, states }
}
