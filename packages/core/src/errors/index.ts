export { InvalidInput, InvalidOptions, ScopeUnknown } from './input-errors.js'
export { isKeyError, KeyError, type KeyErrorCode } from './key-error.js'
export { HostUnavailable, UsageLost, WrongPepper } from './outage-errors.js'
export { type PolicyBreach, PolicyViolated } from './policy-violated.js'
export {
  InvalidState,
  KeyChanged,
  KeyLocked,
  KeyNotFound,
  type ObstructiveStatus,
  PlanLimitReached,
  RevealUnavailable,
  ScopeExceedsActor,
} from './refusal-errors.js'
export { OutcomeUnknown, RequestRepeated, StoreUnavailable, TransactionLost } from './store-errors.js'
