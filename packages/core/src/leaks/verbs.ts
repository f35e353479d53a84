import type { LeakParts } from './parts.js'
import { type LeakOptions, type LeakOutcome, type LeakReport, reportLeak } from './report-leak.js'
import { type RevokedToken, type RevokeTokenOptions, revokeToken } from './revoke-token.js'

/** The methods of a keyring for tokens that somebody hands in: their holder, or whoever found one. */
export interface TokenVerbs {
  /**
   * Revokes the key of a token, for anybody who holds it: the token is the proof. Of a key whose token was rotated, the token before
   * ends alone, if it still works. Serve it with `tokenRevocation` of `@keywright/core/leaks`, in the form of RFC 7009.
   *
   * A delegated token is answered as one that no key has: it ends by itself, and its holder ends no key.
   *
   * It finds keys of every status and environment, and imported ones. A wrong token costs and counts as one that is sent to a guard:
   * hand over the client's address as `ip`.
   *
   * @param options - Without an `actor`, the log names `{ type: 'system', id: 'token_holder' }`.
   * @returns what became of it. Tell the client nothing of it but `too_many_attempts`: whether there is such a key is not its business.
   * @throws {@link InvalidInput} for what is no string.
   * @throws {@link WrongPepper}, {@link StoreUnavailable}, {@link OutcomeUnknown} where it is not known, or not done.
   *
   * @example
   * ```ts
   * const { outcome } = await keyring.revokeToken(text, { ip })
   * ```
   */
  revokeToken(token: string, options?: RevokeTokenOptions): Promise<RevokedToken>

  /**
   * Ends the key of a token that was found where others can read it: revokes it with the reason `leaked`, or disables it and locks it
   * for its owner. The log gets a record `api_key.leak_reported` with the place, in one transaction with the change; webhooks get it
   * as an event, and so does `onEvent`. Of a key whose token was rotated since, only what is left of the leaked token ends.
   *
   * A token that was delegated ends nothing: the key did not leak, and whoever was given a part of it must not be able to end it. The
   * outcome is `delegate_found`, which `onEvent` hears as well, with the end of the token.
   *
   * It is for your own code and for endpoints such as `githubLeaks` of `@keywright/core/leaks`, which know who reports: it counts no
   * attempts.
   *
   * @param report - What to do, and where it was found.
   * @param options - Without an `actor`, the log names `{ type: 'system', id: 'leak_report' }`.
   * @returns `unknown` where no key has this token: an id is public, and proves nothing.
   * @throws {@link InvalidInput}, naming the field.
   * @throws {@link WrongPepper}, {@link StoreUnavailable}, {@link OutcomeUnknown} where it is not known, or not done.
   *
   * @example
   * ```ts
   * const { outcome } = await keyring.reportLeak(text, { action: 'quarantine', source: 'ci logs', url })
   * ```
   */
  reportLeak(token: string, report?: LeakReport, options?: LeakOptions): Promise<LeakOutcome>
}

/** Makes the methods. */
export function tokenVerbs(parts: LeakParts): TokenVerbs {
  return {
    revokeToken: async (token, options = {}) => revokeToken(parts, token, options),
    reportLeak: async (token, report = {}, options = {}) => reportLeak(parts, token, report, options),
  }
}
