import { type Access, type Principal, requireScopes, type ScopeOf } from '../access/index.js'
import type { ResourceRef } from '../values/index.js'

/** Reads `anyOf` of a gate: like `scopes`, but one of them will do. @throws InvalidOptions or ScopeUnknown */
export function readAnyOf<A extends Access>(access: A, anyOf: unknown): readonly ScopeOf<A>[] | undefined {
  if (anyOf === undefined) return undefined
  return requireScopes(access, anyOf, 'anyOf') as readonly ScopeOf<A>[] // the same names, checked
}

/** Whether the principal has at least one of `anyOf`: a resource scope on `resource`, any other as it is. */
export async function allowsAny(
  access: Access,
  principal: Principal,
  anyOf: readonly string[],
  resource: ResourceRef | null,
): Promise<boolean> {
  for (const scope of anyOf) {
    const onResource = resource !== null && access.resourceScopes.has(scope)
    if (onResource ? await principal.allowsOn(scope, resource) : principal.allows(scope)) return true
  }
  return false
}
