import { InvalidState } from '../errors/index.js'
import type { KeyRecord } from '../values/index.js'

/**
 * The end of a token before a rotation whose new token is not known to have been delivered: it works until it is. Not `null`, which says
 * that it does not work.
 */
export const heldUntilMs = 253_402_214_400_000 // 9999-12-31

/** Whether a token before a rotation works until the new one is delivered. */
export function isHeld(previousHashExpiresAt: Date | null): boolean {
  return previousHashExpiresAt?.getTime() === heldUntilMs
}

/**
 * Refuses a rotation with a grace while a new token waits to be delivered: the old one, which it would end, is the only one that the client
 * is known to have. Without a grace, nothing is meant to go on.
 *
 * @throws InvalidState
 */
export function requireDelivered({ id, previousHashExpiresAt }: KeyRecord): void {
  if (isHeld(previousHashExpiresAt)) throw new InvalidState(id, 'delivery_pending', 'rotate')
}
