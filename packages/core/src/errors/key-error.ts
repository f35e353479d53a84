const brand: unique symbol = Symbol.for('keywright.KeyError')

/**
 * The codes of {@link KeyError}. Codes are API: new ones may be added, none is renamed. Messages may change.
 *
 * - `invalid_options`: a start-up option is wrong; nothing was started.
 * - `invalid_input`: an argument of a call is wrong; nothing was stored.
 * - `scope_unknown`: a scope, role, preset, resource type or level is not in the catalog.
 * - `scope_exceeds_actor`: the actor would grant rights that it does not have.
 * - `key_not_found`: there is no such key, or it is outside the caller's reach. The error is the same for both.
 * - `invalid_state`: the key's status does not allow the change, or the change lost a race.
 * - `key_changed`: the key was changed since the caller saw it, with `ifVersion`; nothing was changed.
 * - `key_locked`: somebody else than its owner disabled the key, and the caller may not undo that.
 * - `plan_limit_reached`: one more key would exceed the limit of the plan.
 * - `policy_violated`: the policy of the keyring or of the plan does not allow such a key; nothing was changed.
 * - `reveal_unavailable`: the token was not sealed, was erased, or cannot be decrypted.
 * - `request_repeated`: a request with this id was carried out before; this time, nothing was changed.
 * - `outcome_unknown`: the connection was lost during a commit; check the key before you retry.
 * - `store_unavailable`: the store did not answer; nothing was changed.
 * - `transaction_lost`: the transaction of the host's can do nothing more; roll it back, and run all of it again.
 * - `host_unavailable`: a function or service of the host did not answer in time; nothing was changed.
 * - `usage_lost`: the keyring was closed while the store did not take the usage that was counted last.
 * - `wrong_pepper`: a pepper has another value than the one that keys were hashed with; nothing was changed.
 * - `hasher_busy`: too many hashes are waiting; nothing was changed.
 * - `rate_limiter_unavailable`: the rate limiter cannot count, and its options say to refuse calls then.
 * - `webhook_not_found`: there is no such webhook endpoint, or its key is outside the caller's reach.
 * - `webhook_limit_reached`: the key has as many webhook endpoints as it may have.
 * - `webhook_busy`: a test of the webhook endpoint is under way, or too many others are.
 * - `webhook_disabled`: the webhook endpoint is not active, so it cannot do what the call asks for.
 */
export type KeyErrorCode =
  | 'invalid_options'
  | 'invalid_input'
  | 'scope_unknown'
  | 'scope_exceeds_actor'
  | 'key_changed'
  | 'key_not_found'
  | 'invalid_state'
  | 'key_locked'
  | 'plan_limit_reached'
  | 'policy_violated'
  | 'reveal_unavailable'
  | 'request_repeated'
  | 'outcome_unknown'
  | 'store_unavailable'
  | 'transaction_lost'
  | 'host_unavailable'
  | 'usage_lost'
  | 'wrong_pepper'
  | 'hasher_busy'
  | 'rate_limiter_unavailable'
  | 'webhook_not_found'
  | 'webhook_limit_reached'
  | 'webhook_busy'
  | 'webhook_disabled'

/** The base class of the errors that Keywright throws on purpose. Branch on `code`, which never changes, not on the message. */
export abstract class KeyError extends Error {
  abstract readonly code: KeyErrorCode
  readonly [brand] = true
}

/** Tests for a {@link KeyError} from any copy of this package. `instanceof` only finds errors of its own copy. */
export function isKeyError(value: unknown): value is KeyError {
  return typeof value === 'object' && value !== null && (value as { [brand]?: unknown })[brand] === true
}
