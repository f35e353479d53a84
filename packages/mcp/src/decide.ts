import type { McpAccess } from './access.js'
import type { Caller } from './callers.js'

/** Whether a call is allowed, and what it lacks. */
export type Decision =
  | { readonly ok: true }
  | {
      readonly ok: false
      readonly required: readonly string[]
      readonly missing: readonly string[]
      readonly resource: { readonly type: string; readonly id: string } | null
      /** Whether `on` named a resource: without one, bad arguments may be the cause. */
      readonly located: boolean
    }

/** Decides about a call with these arguments. What `on` throws at is a resource that nobody may touch. */
export async function decide(
  access: McpAccess | undefined,
  caller: Caller,
  args: Readonly<Record<string, unknown>>,
): Promise<Decision> {
  if (access === 'public') return { ok: true }
  if (access === undefined) return { ok: false, required: [], missing: [], resource: null, located: true }
  const { scopes, on } = access
  const target = on === undefined ? null : await locate(on, args)
  const missing: string[] = []
  for (const scope of scopes) {
    if (caller.allows(scope)) continue
    if (target !== null && (await caller.allowsOn(scope, target))) continue
    missing.push(scope)
  }
  if (missing.length === 0 && (on === undefined || target !== null)) return { ok: true }
  return { ok: false, required: scopes, missing, resource: target, located: on === undefined || target !== null }
}

/** Whether the caller may see it: it could be allowed, on some resource at least. */
export async function mayBeAllowed(access: McpAccess | undefined, caller: Caller): Promise<boolean> {
  if (access === 'public') return true
  if (access === undefined) return false
  for (const scope of access.scopes) {
    if (!caller.allows(scope) && !(access.on !== undefined && (await caller.couldAllow(scope)))) return false
  }
  return true
}

async function locate(
  on: NonNullable<Exclude<McpAccess, 'public'>['on']>,
  args: Readonly<Record<string, unknown>>,
): Promise<{ readonly type: string; readonly id: string } | null> {
  try {
    const target = await on(args)
    if (typeof target?.id !== 'string' || typeof target.type !== 'string') return null
    return { type: target.type, id: target.id }
  } catch {
    return null // `on` was given what nothing has checked yet
  }
}
