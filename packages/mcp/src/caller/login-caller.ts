import type { Access, ResourceRef } from '@keywright/core'
import type { Caller, CallerMeans, Login, Narrowing } from './caller.js'
import { typeHasScope } from './reach.js'

/** The caller that the host signed in by its own login. */
export function callerOfLogin(access: Access, login: Login, narrowing: Narrowing, means: CallerMeans): Caller {
  const isWithin = ({ type, id }: ResourceRef): boolean =>
    !Object.hasOwn(narrowing, type) || narrowing[type]?.includes(id) === true
  const allowsOn: Caller['allowsOn'] = async (scope, { type, id }) =>
    access.resourceScopes.has(scope) && isWithin({ type, id }) && (await login.allowsOn(scope, { type, id })) === true
  return {
    id: `login:${login.id}`,
    principal: null,
    login,
    narrowing,
    allows: (scope) => access.scopes.has(scope) && !access.resourceScopes.has(scope) && login.allows(scope) === true,
    allowsOn,
    prepare: async () => {}, // a login is asked scope by scope
    couldAllow: async (scope) => {
      if (!access.resourceScopes.has(scope)) return false
      for (const [type, ids] of Object.entries(narrowing)) {
        if (!typeHasScope(access, type, scope)) continue
        for (const id of ids) if (await allowsOn(scope, { type, id })) return true
        return false
      }
      return (await login.allowsSomewhere?.(scope)) ?? true
    },
    meter: means.meter,
    ask: means.ask,
    renew: means.renew,
  }
}
