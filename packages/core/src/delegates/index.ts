export type { ChildMatch } from './child-match.js'
export {
  type DelegateOption,
  type DelegateOptions,
  type DelegateParts,
  type DelegateTerms,
  readDelegates,
} from './delegate-terms.js'
export type { DelegatedEvent } from './delegated-event.js'
export { isInGrace, matchChild } from './match-child.js'
export { narrowParts } from './narrow-parts.js'
