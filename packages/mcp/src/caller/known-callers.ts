import { isRecord } from '@keywright/core/adapter'
import type { Caller } from './caller.js'

/** The name under `AuthInfo.extra`. */
export const EXTRA_KEY = 'keywright'

// Keyed by object identity, so that no client can forge an entry: an object that is missing here came from no gate.
const callers = new WeakMap<object, Caller>()

/** Links `caller` to `token`, an object that an SDK passes on to its handlers. */
export function rememberCaller(token: object, caller: Caller): void {
  callers.set(token, caller)
}

/** The sender of a message, from the last argument of its handler (`extra` in v1, `ctx` in v2), or `null`. */
export function callerOf(extra: unknown): Caller | null {
  if (!isRecord(extra)) return null
  const known = callers.get(extra)
  if (known !== undefined) return known
  const authInfo = authInfoIn(extra)
  return isRecord(authInfo) && isRecord(authInfo.extra) ? callerBehind(authInfo.extra[EXTRA_KEY]) : null
}

/** The `AuthInfo` of a message: v1 has it in `extra`, v2 under `http`. */
export function authInfoIn(extra: unknown): unknown {
  if (!isRecord(extra)) return undefined
  return extra.authInfo ?? (isRecord(extra.http) ? extra.http.authInfo : undefined)
}

function callerBehind(token: unknown): Caller | null {
  return isRecord(token) ? (callers.get(token) ?? null) : null
}
