import type { Keyring } from '@keywright/core'
import { callerOfKey, payer } from './admit.js'
import { type AuthInfo, authInfoOf } from './auth-info.js'
import { sayRefusal } from './rules.js'

/** What `requireBearerAuth` of both SDKs takes as `verifier`. */
export interface TokenVerifier {
  verifyAccessToken(token: string): Promise<AuthInfo>
}

/** @param toError - Makes the SDK's own error, for both SDKs answer any other with 500. */
export function tokenVerifier(keyring: Keyring, toError: (message: string) => Error): TokenVerifier {
  return {
    async verifyAccessToken(token) {
      const verdict = await keyring.verify(token)
      if (verdict.ok) {
        return authInfoOf(
          callerOfKey(
            keyring.access,
            verdict.principal,
            {},
            payer(keyring, () => ({ token, ip: null })),
          ),
        )
      }
      const { code } = verdict.refusal
      // Not the key's fault: it must not be thrown away.
      if (code === 'auth_unavailable' || code === 'rate_limited') throw new Error(sayRefusal(verdict.refusal))
      throw toError(sayRefusal(verdict.refusal))
    },
  }
}
