import { type Access, InvalidOptions, type Keyring, type ScopeOf } from '@keywright/core'
import { adapterOf } from '@keywright/core/adapter'
import type { Caller } from '../host/caller.js'
import type { Permissions } from '../host/options.js'
import { ApiProblem } from '../http/problem.js'

/** The name of a permission, as in the option `permissions`. */
export type Permission = keyof Permissions

/** What one caller may do in one organisation. */
export interface Permit {
  has(permission: Permission): boolean
  /** @throws {@link ApiProblem} with status 403, which names the missing scope. */
  require(permission: Permission): void
}

const defaultScopes: Readonly<Record<Permission, string>> = {
  read: 'api_keys.read',
  create: 'api_keys.create',
  revoke: 'api_keys.revoke',
  manageAll: 'api_keys.manage_all',
  reveal: 'api_keys.reveal',
  auditRead: 'audit.read',
  auditExport: 'audit.export',
  webhooksRead: 'webhooks.read',
  webhooksManage: 'webhooks.manage',
}

/**
 * Returns a function that loads the permit of a caller in an organisation.
 *
 * If a default scope is not in the catalog, nobody has its permission until the host names another scope for it.
 *
 * @throws {@link InvalidOptions} if `permissions` names a scope that is not in the catalog.
 */
export function permitLoader<A extends Access>(
  keyring: Keyring<A>,
  permissions: Permissions<ScopeOf<A>> = {},
): (caller: Caller, organizationId: string) => Promise<Permit> {
  const scopes = new Map(
    (Object.keys(defaultScopes) as Permission[]).map((permission): [Permission, string] => {
      const scope = permissions[permission] ?? defaultScopes[permission]
      const isKnown = scope === 'anyone' || keyring.access.scopes.has(scope)
      if (!isKnown && permissions[permission] !== undefined) {
        throw new InvalidOptions(`permissions.${permission}`, "a scope of the catalog, or 'anyone'")
      }
      return [permission, scope]
    }),
  )
  return async (caller, organizationId) => {
    const rights = await adapterOf(keyring).rights(caller.authority, { organizationId })
    const has = (permission: Permission): boolean => {
      const scope = scopes.get(permission) ?? ''
      return scope === 'anyone' || rights.allows(scope) // a scope that is not in the catalog is never allowed
    }
    return {
      has,
      require: (permission) => {
        if (has(permission)) return
        const missing = [scopes.get(permission)]
        throw new ApiProblem(
          403,
          'not_permitted',
          'You do not have the scope that this operation needs; see `missing`.',
          {
            missing,
          },
        )
      },
    }
  }
}
