/** A token was reported as found where others can read it. */
export interface LeakEvent {
  readonly type: 'api_key.leak_reported'
  readonly keyId: string
  readonly organizationId?: string | undefined
  /** `unchanged`: it had ended before. `delegate_found`: it was delegated, and works until its end or that of its key. */
  readonly outcome: 'key_revoked' | 'key_disabled' | 'token_ended' | 'unchanged' | 'delegate_found'
  /** Of a delegated token: its id, and when it ends. */
  readonly delegation?: LeakedDelegate | undefined
  readonly source?: string
  readonly url?: string
}

/** What is said of a delegated token that leaked. */
export interface LeakedDelegate {
  /** The id of the token, as in `api_key.delegated` and in the log of tool calls. */
  readonly id: string
  readonly depth: number
  readonly expiresAt: Date
}
