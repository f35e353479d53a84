import type { Actor } from '../values/index.js'
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

/** The status of the key does not allow the change, or a concurrent change came first. */
export class InvalidState extends KeyError {
  override readonly name = 'InvalidState'
  readonly code = 'invalid_state'
  readonly keyId: string
  /** The current status of the key. */
  readonly status: string
  /** The verb that was refused, such as `rotate`. */
  readonly attempted: string

  constructor(keyId: string, status: string, attempted: string) {
    super(`Key ${keyId} is ${status}. The call cannot ${attempted} it.`)
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
