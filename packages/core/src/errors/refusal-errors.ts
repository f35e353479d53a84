import type { Actor, StoredStatus } from '../values/index.js'
import { KeyError } from './key-error.js'

/** The actor would grant rights that it does not have. */
export class ScopeExceedsActor extends KeyError {
  override readonly name = 'ScopeExceedsActor'
  readonly code = 'scope_exceeds_actor'
  /** The argument that grants them, such as `scopes`. */
  readonly field: string
  /** The scopes or levels that the actor does not have. */
  readonly exceeding: readonly string[]

  constructor(field: string, exceeding: readonly string[]) {
    super(`${field} exceeds the rights of the actor: ${exceeding.join(', ')}.`)
    this.field = field
    this.exceeding = exceeding
  }
}

/** No key within the caller's reach has this id. The error does not tell whether such a key exists elsewhere. */
export class KeyNotFound extends KeyError {
  override readonly name = 'KeyNotFound'
  readonly code = 'key_not_found'
  readonly keyId: string

  constructor(keyId: string) {
    super('The key does not exist, or is out of reach of this call.')
    this.keyId = keyId
  }
}

/** The key was changed since the caller saw the version that `ifVersion` names. Nothing was written. */
export class KeyChanged extends KeyError {
  override readonly name = 'KeyChanged'
  readonly code = 'key_changed'
  readonly keyId: string
  /** The version of the key now. */
  readonly version: number

  constructor(keyId: string, version: number) {
    super(`Key ${keyId} was changed meanwhile: its version is ${version} now. Read it again, and decide anew.`)
    this.keyId = keyId
    this.version = version
  }
}

/**
 * Why a key does not allow a call: a status of a key, or
 *
 * - `rotated_meanwhile`: another rotation came first, and its token is the current one.
 * - `environment_unknown`: the key is of an environment that the keyring does not have any more.
 * - `imported_already`: there is a key with this token.
 * - `delivery_pending`: a new token of its schedule is not known to have been delivered.
 * - `damaged`: a part of the stored key cannot be read.
 */
export type ObstructiveStatus =
  | StoredStatus
  | 'expired'
  | 'rotated_meanwhile'
  | 'environment_unknown'
  | 'imported_already'
  | 'delivery_pending'
  | 'damaged'

const inWords: Partial<Record<ObstructiveStatus, string>> = {
  rotated_meanwhile: 'was rotated meanwhile',
  environment_unknown: 'is of an environment that is not configured',
  imported_already: 'was imported already',
  delivery_pending: 'has a new token that waits to be delivered',
}

/** The status of the key does not allow the change, or a concurrent change came first. */
export class InvalidState extends KeyError {
  override readonly name = 'InvalidState'
  readonly code = 'invalid_state'
  readonly keyId: string
  readonly status: ObstructiveStatus
  /** The verb that was refused, such as `rotate`. */
  readonly attempted: string

  constructor(keyId: string, status: ObstructiveStatus, attempted: string) {
    super(`Key ${keyId} ${inWords[status] ?? `is ${status}`}. The call cannot ${attempted} it.`)
    this.keyId = keyId
    this.status = status
    this.attempted = attempted
  }
}

/** Somebody else than its owner disabled the key, and this call may not undo that. */
export class KeyLocked extends KeyError {
  override readonly name = 'KeyLocked'
  readonly code = 'key_locked'
  readonly keyId: string
  /** Who disabled it; `null` if that cannot be read. */
  readonly disabledBy: Actor | null

  constructor(keyId: string, disabledBy: Actor | null) {
    super(
      `Key ${keyId} was disabled by somebody else than its owner. An administrator of its organization, or your own code, can enable it.`,
    )
    this.keyId = keyId
    this.disabledBy = disabledBy
  }
}

/** One more key would exceed the limit of the plan. */
export class PlanLimitReached extends KeyError {
  override readonly name = 'PlanLimitReached'
  readonly code = 'plan_limit_reached'
  /** The number of keys that the plan allows. */
  readonly limit: number
  /** The number of keys that count towards the limit now: active or disabled, and not expired. */
  readonly used: number

  constructor(limit: number, used: number) {
    super(`The plan allows ${limit} keys, and ${used} are in use.`)
    this.limit = limit
    this.used = used
  }
}

/** The token of this key cannot be shown again. */
export class RevealUnavailable extends KeyError {
  override readonly name = 'RevealUnavailable'
  readonly code = 'reveal_unavailable'
  readonly keyId: string
  /**
   * - `off`: the keyring has no reveal.
   * - `not_sealed`: reveal was off when the token was created.
   * - `erased`: the key was revoked, and its sealed token erased.
   * - `unreadable`: the sealed token cannot be decrypted.
   * - `sealer`: the sealer did not answer.
   */
  readonly reason: 'off' | 'not_sealed' | 'erased' | 'unreadable' | 'sealer'

  constructor(keyId: string, reason: RevealUnavailable['reason'], options?: ErrorOptions) {
    super(`The token of key ${keyId} cannot be revealed.`, options)
    this.keyId = keyId
    this.reason = reason
  }
}
