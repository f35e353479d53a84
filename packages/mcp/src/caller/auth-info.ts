import { type Caller, endOf } from './caller.js'
import { EXTRA_KEY, rememberCaller } from './known-callers.js'

/** The object that both SDKs pass to handlers, for a key and for a person who signed in. It does not contain the secret. */
export interface AuthInfo {
  /** The id of the key, or of the person. */
  token: string
  /** The id of the key, or of the person. */
  clientId: string
  /** The scopes that the caller has on this connection and that are not bound to a resource. A person has what `Login.allows` says. */
  scopes: string[]
  /** Seconds since 1970. Always set, because the SDKs refuse an `AuthInfo` without it. */
  expiresAt: number
  extra: Record<string, unknown>
}

/** 9999-12-31T23:59:59Z, for keys that never expire. `Infinity` would become `null` in JSON. */
const NEVER_SECONDS = 253_402_300_799

/** Makes the `AuthInfo` of a request. A frozen object under `extra` leads back to `caller`. */
export function authInfoOf(caller: Caller): AuthInfo {
  const { principal, login } = caller
  // A login may carry more of the host's than a log of this object should show.
  const token = principal ?? Object.freeze({ id: login?.id })
  rememberCaller(token, caller)
  const id = principal?.key.id ?? login?.id ?? ''
  const expiresAt = endOf(caller)
  let scopes: string[] | null = null
  return {
    token: id,
    clientId: id,
    // Computed on first read: few handlers look, and it asks for each scope of the access model.
    get scopes() {
      scopes ??= [...caller.scopes()]
      return scopes
    },
    expiresAt: expiresAt === null ? NEVER_SECONDS : Math.floor(expiresAt.getTime() / 1_000),
    extra: Object.freeze({ [EXTRA_KEY]: token }),
  }
}
