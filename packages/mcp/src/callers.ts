import type { Access, Principal, Refusal } from '@keywright/core'

/** A person whom the host has signed in by its own means, beside the keys (O9). */
export interface Login {
  /** Who it is: stable, and its sessions are bound to it. */
  readonly id: string
  /** @defaultValue never: asked again with each request, and at least as often as open streams are */
  readonly expiresAt?: Date | null | undefined
  allows(scope: string): boolean
  allowsOn(scope: string, resource: { readonly type: string; readonly id: string }): boolean | Promise<boolean>
  /** Whether there may be a resource on which a scope is allowed: else lists leave out what needs it. @defaultValue yes */
  allowsSomewhere?(scope: string): boolean | Promise<boolean>
}

/** The resources that a connection is narrowed to, by type. */
export type Narrowing = Readonly<Record<string, readonly string[]>>

/** Who sent a message, and what that one may do on this connection. */
export interface Caller {
  /** Tells callers apart: sessions are bound to it. */
  readonly id: string
  readonly principal: Principal | null
  readonly login: Login | null
  readonly narrowing: Narrowing
  allows(scope: string): boolean
  allowsOn(scope: string, resource: { readonly type: string; readonly id: string }): Promise<boolean>
  /** Whether there may be a resource on which a resource scope is allowed: what lists show. */
  couldAllow(scope: string): Promise<boolean>
  /** Takes the units of one message; the first of a request are taken by the gate. The refusal where there are none left. */
  take(cost: number): Promise<Refusal | null>
}

/** When the caller's right ends by itself. */
export function endOf({ principal, login }: Caller): Date | null {
  return principal?.key.expiresAt ?? login?.expiresAt ?? null
}

/** What a session or a stream belongs to. */
export function bindingOf({ id, narrowing }: Caller): string {
  const entries = Object.entries(narrowing).map(([type, ids]) => [type, [...ids].sort()] as const)
  return JSON.stringify([id, entries.sort(([a], [b]) => (a < b ? -1 : 1))])
}

/** The name under `AuthInfo.extra`. */
export const EXTRA_KEY = 'keywright'

// By object, never by anything that a client could write: what is not in here did not come from a gate.
const callers = new WeakMap<object, Caller>()

/** Makes `caller` known by `token`, which travels through an SDK to its handlers. */
export function rememberCaller(token: object, caller: Caller): void {
  callers.set(token, caller)
}

/** Who sent the message that a handler was given `extra` with (`extra` in v1, `ctx` in v2), or `null`. */
export function callerOf(extra: unknown): Caller | null {
  if (!isObject(extra)) return null
  const known = callers.get(extra)
  if (known !== undefined) return known
  const authInfo = extra.authInfo ?? (isObject(extra.http) ? extra.http.authInfo : undefined)
  return isObject(authInfo) && isObject(authInfo.extra) ? callerIn(authInfo.extra[EXTRA_KEY]) : null
}

function callerIn(token: unknown): Caller | null {
  return isObject(token) ? (callers.get(token) ?? null) : null
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** What a key was given may allow `scope` on some resource of those that the connection reaches. */
export async function keyCouldAllow(
  access: Access,
  principal: Principal,
  narrowing: Narrowing,
  scope: string,
): Promise<boolean> {
  for (const [name, type] of access.resources) {
    const gives = (level: string): boolean => type.scopesByLevel.get(level)?.has(scope) === true
    if (!type.levels.some(gives)) continue
    if (Object.hasOwn(narrowing, name)) {
      for (const id of narrowing[name] ?? []) if (await principal.allowsOn(scope, { type: name, id })) return true
      continue
    }
    const grants = principal.key.grants.resources
    const grant = Object.hasOwn(grants, name) ? grants[name] : undefined
    if (grant?.mode === 'all' && gives(grant.level)) return true
    if (grant?.mode === 'specific' && Object.values(grant.levels).some(gives)) return true
  }
  return false
}
