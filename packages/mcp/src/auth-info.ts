import { type Caller, EXTRA_KEY, endOf, rememberCaller } from './callers.js'

/** What both SDKs hand on to handlers. The secret is not in it. */
export interface AuthInfo {
  /** The id of the key. */
  token: string
  clientId: string
  /** The global scopes that are allowed. */
  scopes: string[]
  /** Seconds since 1970. Always there, for the SDKs refuse tokens without. */
  expiresAt: number
  extra: Record<string, unknown>
}

/** 9999-12-31T23:59:59Z: for keys without an expiry. Unlike Infinity, it is a number in JSON, too. */
const NEVER_SECONDS = 253_402_300_799

/** Makes the `AuthInfo` of a request: what finds `caller` again is one frozen object under `extra`. */
export function authInfoOf(caller: Caller): AuthInfo {
  const { principal, login } = caller
  const token = principal ?? Object.freeze({ ...login })
  rememberCaller(token, caller)
  const id = principal?.key.id ?? login?.id ?? ''
  const expiresAt = endOf(caller)
  let scopes: string[] | null = null
  return {
    token: id,
    clientId: id,
    // Few look: each scope of the model would be asked for on each request.
    get scopes() {
      scopes ??= [...(principal?.scopes ?? [])]
      return scopes
    },
    expiresAt: expiresAt === null ? NEVER_SECONDS : Math.floor(expiresAt.getTime() / 1_000),
    extra: Object.freeze({ [EXTRA_KEY]: token }),
  }
}
