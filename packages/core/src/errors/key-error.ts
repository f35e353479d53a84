const brand: unique symbol = Symbol.for('keywright.KeyError')

/**
 * Codes are API: added to, never reworded. Messages may change.
 *
 * - `invalid_options`: a start-up option is wrong; nothing was started.
 * - `invalid_input`: an argument of a call is wrong; nothing was stored.
 * - `scope_unknown`: a scope, role, preset, resource type or level is not in the catalogue.
 * - `scope_exceeds_actor`: the actor would give away more than it has (SCOPE-14).
 * - `key_not_found`: no such key, or one outside the caller's reach: the two are not told apart.
 * - `invalid_state`: the key's status does not allow the change, or the change lost a race.
 * - `plan_limit_reached`: one more key would exceed the plan.
 * - `reveal_unavailable`: the token was not sealed, was erased, or cannot be opened.
 * - `request_repeated`: the same request was carried out before; nothing was changed now.
 * - `outcome_unknown`: the connection was lost while a change was being committed; look before you retry.
 * - `store_unavailable`: the store did not answer; nothing was changed.
 */
export type KeyErrorCode =
  | 'invalid_options'
  | 'invalid_input'
  | 'scope_unknown'
  | 'scope_exceeds_actor'
  | 'key_not_found'
  | 'invalid_state'
  | 'plan_limit_reached'
  | 'reveal_unavailable'
  | 'request_repeated'
  | 'outcome_unknown'
  | 'store_unavailable'

/** Whatever Keywright throws on purpose. Carries a code that never changes, and fields in place of prose. */
export abstract class KeyError extends Error {
  abstract readonly code: KeyErrorCode
  readonly [brand] = true
}

/** Recognises a {@link KeyError} made by any copy of this package, where `instanceof` knows only its own. */
export function isKeyError(value: unknown): value is KeyError {
  return typeof value === 'object' && value !== null && (value as { [brand]?: unknown })[brand] === true
}
