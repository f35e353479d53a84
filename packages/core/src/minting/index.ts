export { type DelegatedToken, type Delegating, delegate } from './delegate.js'
export type { DelegateInput } from './delegate-input.js'
export type { MintingParts } from './parts.js'
