export { heldUntilMs, isHeld, requireDelivered } from './held-until.js'
export type { PendingToken, RotationSchedule, StoredRotation, StoreRotations } from './store-rotations.js'
