import type { Access, ResourceRef } from '@keywright/core'
import type { Caller, Narrowing } from './caller.js'

/** Whether the caller has any right on every resource that the connection names. */
export async function reachesAll(access: Access, caller: Caller, narrowing: Narrowing): Promise<boolean> {
  const resources = Object.entries(narrowing).flatMap(([type, ids]) => ids.map((id) => ({ type, id })))
  await caller.prepare(resources)
  for (const resource of resources) if (!(await reaches(access, caller, resource))) return false
  return true
}

async function reaches(access: Access, caller: Caller, { type, id }: ResourceRef): Promise<boolean> {
  if (caller.principal !== null) return (await caller.principal.levelOn(type, id)) !== null
  for (const scope of access.resourceScopes) {
    if (typeHasScope(access, type, scope) && (await caller.allowsOn(scope, { type, id }))) return true
  }
  return false
}

/** Whether some level of this resource type includes `scope`. */
export function typeHasScope(access: Access, type: string, scope: string): boolean {
  return [...(access.resources.get(type)?.scopesByLevel.values() ?? [])].some((scopes) => scopes.has(scope))
}
