import { KeyError } from './key-error.js'

/** A field of a key that a policy does not allow. */
export interface PolicyBreach {
  readonly field: 'expiresAt' | 'ipAllowList'
  /** The rule that it breaks. */
  readonly rule: 'maxLifetimeMs' | 'requireExpiry' | 'requireIpAllowList'
  /** Completes "… must be". */
  readonly expected: string
}

/** The policy of the keyring, or of the organisation's plan, does not allow the key that would come of the call. Nothing was written. */
export class PolicyViolated extends KeyError {
  override readonly name = 'PolicyViolated'
  readonly code = 'policy_violated'
  /** Each field that breaks it, and what is allowed. */
  readonly breaches: readonly PolicyBreach[]

  constructor(breaches: readonly PolicyBreach[]) {
    super(
      `The policy refuses this key: ${breaches.map(({ field, expected }) => `${field} must be ${expected}`).join('; ')}.`,
    )
    this.breaches = breaches
  }
}
