import type { Keyring } from '@keywright/core'
import { askHostOf } from '../caller/ask-host.js'
import { type AuthInfo, authInfoOf } from '../caller/auth-info.js'
import type { Caller } from '../caller/caller.js'
import { callerOfKey } from '../caller/key-caller.js'
import { usageMeter } from '../caller/usage-meter.js'
import { messageForRefusal } from '../rpc/refusal-text.js'

/** What `requireBearerAuth` of both SDKs takes as its `verifier`. */
export interface TokenVerifier {
  verifyAccessToken(token: string): Promise<AuthInfo>
}

/** @param toError - Makes the SDK's own error class. Both SDKs answer any other error with 500. */
export function tokenVerifier(keyring: Keyring, toError: (message: string) => Error): TokenVerifier {
  const ask = askHostOf(keyring)
  return {
    async verifyAccessToken(token) {
      const verdict = await keyring.verify(token)
      if (verdict.ok) {
        const { take } = usageMeter((units) => keyring.verify(token, units), 1)
        const renew: Caller['renew'] = async () => {
          const again = await keyring.verify(token, { cost: 0, countUsage: false })
          return again.ok ? callerOfKey(keyring.access, again.principal, {}, { meter: take, ask, renew }) : null
        }
        return authInfoOf(callerOfKey(keyring.access, verdict.principal, {}, { meter: take, ask, renew }))
      }
      const { code } = verdict.refusal
      const message = messageForRefusal(verdict.refusal)
      // These are not the key's fault. The SDK's error would become a 401, and the client might discard the key.
      if (code === 'auth_unavailable' || code === 'rate_limited' || code === 'budget_exhausted')
        throw new Error(message)
      throw toError(message)
    },
  }
}
