import { KeyError } from './key-error.js'

/** The actor would give away more than it has itself (SCOPE-14). */
export class ScopeExceedsActor extends KeyError {
  override readonly name = 'ScopeExceedsActor'
  readonly code = 'scope_exceeds_actor'
  readonly field: string
  readonly exceeding: readonly string[]

  constructor(field: string, exceeding: readonly string[]) {
    super(`${field}: more than the actor has itself: ${exceeding.join(', ')}`)
    this.field = field
    this.exceeding = exceeding
  }
}

/** No key has this id within the caller's reach. Says nothing of keys elsewhere (HTTP-20). */
export class KeyNotFound extends KeyError {
  override readonly name = 'KeyNotFound'
  readonly code = 'key_not_found'
  readonly keyId: string

  constructor(keyId: string) {
    super('No such key')
    this.keyId = keyId
  }
}

/** The key's status does not allow the change (CONS-13), or another change won the race. */
export class InvalidState extends KeyError {
  override readonly name = 'InvalidState'
  readonly code = 'invalid_state'
  readonly keyId: string
  /** The status that the key has. */
  readonly status: string
  /** The verb that was refused. */
  readonly attempted: string

  constructor(keyId: string, status: string, attempted: string) {
    super(`Key ${keyId} is ${status}: cannot ${attempted} it`)
    this.keyId = keyId
    this.status = status
    this.attempted = attempted
  }
}

/** One more key would exceed the plan's limit (LIM-2, LIM-4). */
export class PlanLimitReached extends KeyError {
  override readonly name = 'PlanLimitReached'
  readonly code = 'plan_limit_reached'
  readonly limit: number
  readonly used: number

  constructor(limit: number, used: number) {
    super(`The plan allows ${limit} keys; ${used} are in use`)
    this.limit = limit
    this.used = used
  }
}

/** The token of this key cannot be shown again (ENC-1, ENC-7, ENC-9). */
export class RevealUnavailable extends KeyError {
  override readonly name = 'RevealUnavailable'
  readonly code = 'reveal_unavailable'
  readonly keyId: string
  /**
   * `off`: reveal is not set up; `not_sealed`: it was not when the token was made; `erased`: the key was revoked;
   * `unreadable`: the seal does not open; `sealer`: the sealer did not answer.
   */
  readonly reason: 'off' | 'not_sealed' | 'erased' | 'unreadable' | 'sealer'

  constructor(keyId: string, reason: RevealUnavailable['reason'], options?: ErrorOptions) {
    super(`The token of key ${keyId} cannot be revealed`, options)
    this.keyId = keyId
    this.reason = reason
  }
}
