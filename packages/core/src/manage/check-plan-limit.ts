import { PlanLimitReached } from '../errors/index.js'
import type { Plan } from '../plans/index.js'

/**
 * Refuses one more key where the plan has no place left. `used` was counted under the lock that guards the write.
 *
 * @throws PlanLimitReached
 */
export function checkPlanLimit({ maxKeys }: Plan, used: number): void {
  if (maxKeys !== 'unlimited' && used >= maxKeys) throw new PlanLimitReached(maxKeys, used)
}
