export {
  type DelegateOption,
  type DelegateOptions,
  type DelegateParts,
  type DelegateTerms,
  readDelegates,
} from './delegate-terms.js'
export type { DelegatedEvent } from './delegated-event.js'
export { type ChildMatch, isInGrace, matchChild } from './match-child.js'
export { narrowParts } from './narrow-parts.js'
