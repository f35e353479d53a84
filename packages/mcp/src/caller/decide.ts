import type { ResourceRef } from '@keywright/core'
import type { Caller } from './caller.js'
import type { McpAccess } from './mcp-access.js'

/** Whether a call is allowed, and what the caller is missing. */
export type Decision =
  | { readonly ok: true }
  | {
      readonly ok: false
      readonly required: readonly string[]
      readonly missing: readonly string[]
      readonly resource: ResourceRef | null
      /** Whether `on` named a resource. If it did not, the arguments themselves may be wrong. */
      readonly located: boolean
    }

/** A decision against the caller. */
export type Denial = Extract<Decision, { readonly ok: false }>

/**
 * Decides whether `caller` may make a call with these arguments.
 *
 * @param isValidated - Whether the arguments are as the handler gets them: if `on` throws then, it is the host that fails.
 * @throws {@link HostOutage} when the host cannot say it.
 */
export async function decide(
  access: McpAccess | undefined,
  caller: Caller,
  args: Readonly<Record<string, unknown>>,
  isValidated = false,
): Promise<Decision> {
  if (!asksHost(access, caller)) return decideOn(access, caller, null)
  return caller.ask(async () => decideOn(access, caller, await locate(access, args, isValidated)))
}

/** What a key has globally is known. The host is asked about resources and about people. */
function asksHost(access: McpAccess | undefined, caller: Caller): boolean {
  return typeof access === 'object' && (access.on !== undefined || caller.login !== null)
}

/** A call to be decided about: what it requires, and its arguments. */
export interface Call {
  readonly access: McpAccess | undefined
  readonly args: Readonly<Record<string, unknown>>
}

/** Decides about several calls, such as one for each item of a list. The host is asked about their resources at once. */
export async function decideEach(calls: readonly Call[], caller: Caller): Promise<Decision[]> {
  return caller.ask(() => decideTogether(calls, caller))
}

async function decideTogether(calls: readonly Call[], caller: Caller): Promise<Decision[]> {
  const located = await Promise.all(
    calls.map(async ({ access, args }) => ({ access, resource: await locate(access, args, false) })),
  )
  const needsLevel = (access: McpAccess | undefined): boolean =>
    typeof access === 'object' && access.scopes.some((scope) => !caller.allows(scope))
  const asked = located.filter(({ access }) => needsLevel(access)).map(({ resource }) => resource)
  await caller.prepare(asked.filter((resource) => resource !== null))
  return Promise.all(located.map(({ access, resource }) => decideOn(access, caller, resource)))
}

async function decideOn(
  access: McpAccess | undefined,
  caller: Caller,
  resource: ResourceRef | null,
): Promise<Decision> {
  if (access === 'public') return { ok: true }
  if (access === undefined) return { ok: false, required: [], missing: [], resource: null, located: true }
  const { scopes, on } = access
  const missing: string[] = []
  for (const scope of scopes) {
    if (caller.allows(scope)) continue
    if (resource !== null && (await caller.allowsOn(scope, resource))) continue
    missing.push(scope)
  }
  const located = on === undefined || resource !== null
  if (missing.length === 0 && located) return { ok: true }
  return { ok: false, required: scopes, missing, resource, located }
}

/** Whether a call could be allowed on at least one resource. Lists show what passes. */
export function mayBeAllowed(access: McpAccess | undefined, caller: Caller): Promise<boolean> {
  const find = async (): Promise<boolean> => {
    if (access === 'public') return true
    if (access === undefined) return false
    for (const scope of access.scopes) {
      if (!caller.allows(scope) && !(access.on !== undefined && (await caller.couldAllow(scope)))) return false
    }
    return true
  }
  return asksHost(access, caller) ? caller.ask(find) : find()
}

/** The resource that a call is about; `null`: it is about none, or its arguments name none. */
export async function locate(
  access: McpAccess | undefined,
  args: Readonly<Record<string, unknown>>,
  isValidated: boolean,
): Promise<ResourceRef | null> {
  if (typeof access !== 'object' || access.on === undefined) return null
  try {
    const target = await access.on(args)
    if (typeof target?.id !== 'string' || typeof target.type !== 'string') return null
    return { type: target.type, id: target.id }
  } catch (error) {
    if (isValidated) throw error
    return null // The arguments are unvalidated, so `on` may well throw.
  }
}
