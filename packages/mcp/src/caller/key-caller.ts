import type { Access, Principal } from '@keywright/core'
import { close, covers } from '@keywright/core/scope'
import type { Caller, CallerMeans, Narrowing } from './caller.js'

/** The caller that sent a verified key. */
export function callerOfKey(access: Access, verified: Principal, narrowing: Narrowing, means: CallerMeans): Caller {
  const principal = Object.keys(narrowing).length === 0 ? verified : verified.narrowTo(narrowing)
  return {
    id: idOf(principal),
    principal,
    login: null,
    narrowing,
    scopes: () => [...principal.scopes],
    allows: principal.allows,
    allowsOn: principal.allowsOn,
    prepare: async (resources) => {
      for (const name of new Set(resources.map(({ type }) => type))) {
        const ids = resources.filter(({ type }) => type === name).map(({ id }) => id)
        await principal.levelsOn(name, ids)
      }
    },
    couldAllow: (scope) => keyCouldAllow(access, principal, narrowing, scope),
    meter: means.meter,
    ask: means.ask,
    renew: means.renew,
  }
}

/**
 * A delegated token is a caller of its own, for it sees less than its key: neither enters a session of the other. One that was given
 * the same, to take its place, is the same caller.
 */
function idOf({ key, delegation = null }: Principal): string {
  if (delegation === null) return `key:${key.id}`
  const { scopes, resources } = delegation
  const reached = Object.entries(resources).map(([type, ids]) => [type, [...ids].sort()] as const)
  return `delegate:${key.id}:${JSON.stringify([scopes.map((given) => [...given].sort()), reached.sort(byType)])}`
}

const byType = ([a]: readonly [string, ...unknown[]], [b]: readonly [string, ...unknown[]]): number => (a < b ? -1 : 1)

/** Whether all delegations that lead to a token reach a scope; for the key's own token, there are none. */
function isWithin({ implies }: Access, delegation: Principal['delegation'], scope: string): boolean {
  return (delegation?.scopes ?? []).every((given) => covers(close(given, implies), scope))
}

/** Whether the key's grants allow `scope` on any resource that the connection reaches. */
async function keyCouldAllow(
  access: Access,
  principal: Principal,
  narrowing: Narrowing,
  scope: string,
): Promise<boolean> {
  for (const [name, type] of access.resources) {
    const includesScope = (level: string): boolean => type.scopesByLevel.get(level)?.has(scope) === true
    if (!type.levels.some(includesScope)) continue
    const reached = principal.delegation?.resources ?? {}
    const ids = Object.hasOwn(narrowing, name) ? narrowing[name] : Object.hasOwn(reached, name) ? reached[name] : null
    if (ids !== null) {
      for (const id of ids ?? []) if (await principal.allowsOn(scope, { type: name, id })) return true
      continue
    }
    if (!isWithin(access, principal.delegation, scope)) continue
    const grants = principal.key.grants.resources
    const grant = Object.hasOwn(grants, name) ? grants[name] : undefined
    if (grant?.mode === 'all' && includesScope(grant.level)) return true
    if (grant?.mode === 'specific' && Object.values(grant.levels).some(includesScope)) return true
  }
  return false
}
