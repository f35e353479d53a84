export { checkDelegation, isOwnKey } from './check-delegation.js'
export { type LiveActor, liveActor, liveManager, requireHere, requireOfOrganization } from './live-actor.js'
export { actsForOwner, requireUnlockable } from './lock.js'
export type { DelegationParts } from './parts.js'
