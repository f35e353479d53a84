import type { Access, Principal } from '@keywright/core'
import type { Caller, CallerMeans, Narrowing } from './caller.js'

/** The caller that sent a verified key. */
export function callerOfKey(access: Access, verified: Principal, narrowing: Narrowing, means: CallerMeans): Caller {
  const principal = Object.keys(narrowing).length === 0 ? verified : verified.narrowTo(narrowing)
  return {
    id: `key:${principal.key.id}`,
    principal,
    login: null,
    narrowing,
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
    if (Object.hasOwn(narrowing, name)) {
      for (const id of narrowing[name] ?? []) if (await principal.allowsOn(scope, { type: name, id })) return true
      continue
    }
    const grants = principal.key.grants.resources
    const grant = Object.hasOwn(grants, name) ? grants[name] : undefined
    if (grant?.mode === 'all' && includesScope(grant.level)) return true
    if (grant?.mode === 'specific' && Object.values(grant.levels).some(includesScope)) return true
  }
  return false
}
