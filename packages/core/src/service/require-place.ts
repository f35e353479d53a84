import { PlanLimitReached } from '../errors/index.js'
import type { Plan } from './plans.js'

/**
 * Refuses one more key where the plan has no place left. `used` was counted under the lock that guards the write (LIM-2).
 *
 * @throws PlanLimitReached
 */
export function requirePlace({ maxKeys }: Plan, used: number): void {
  if (maxKeys !== 'unlimited' && used >= maxKeys) throw new PlanLimitReached(maxKeys, used)
}
