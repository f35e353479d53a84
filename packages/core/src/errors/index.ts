export { InvalidInput, InvalidOptions, ScopeUnknown } from './input-errors.js'
export { isKeyError, KeyError, type KeyErrorCode } from './key-error.js'
export {
  InvalidState,
  KeyNotFound,
  PlanLimitReached,
  RevealUnavailable,
  ScopeExceedsActor,
} from './refusal-errors.js'
export { OutcomeUnknown, RequestRepeated, StoreUnavailable } from './store-errors.js'
