import { type Access, InvalidOptions, type Keyring, type ScopeOf } from '@keywright/core'
import type { Caller } from './caller.js'
import type { Permissions } from './options.js'
import { ApiProblem } from './problem.js'

/** A kind of request. */
export type Permission = keyof Permissions

/** What one caller may do in one organisation. */
export interface Permit {
  has(permission: Permission): boolean
  /** @throws ApiProblem 403, naming the scope that is missing. */
  require(permission: Permission): void
}

const standard: Readonly<Record<Permission, string>> = {
  read: 'api_keys.read',
  create: 'api_keys.create',
  revoke: 'api_keys.revoke',
  manageAll: 'api_keys.manage_all',
  reveal: 'api_keys.reveal',
  auditRead: 'audit.read',
  auditExport: 'audit.export',
}

/**
 * Makes the permits of callers.
 *
 * A permission whose standard scope the catalogue does not have is held by nobody, until the host names another scope for it.
 *
 * @throws InvalidOptions for a scope that the catalogue does not have.
 */
export function permits<A extends Access>(
  keyring: Keyring<A>,
  permissions: Permissions<ScopeOf<A>> = {},
): (caller: Caller, organizationId: string) => Promise<Permit> {
  const scopes = new Map(
    (Object.keys(standard) as Permission[]).map((permission): [Permission, string] => {
      const scope = permissions[permission] ?? standard[permission]
      const isKnown = scope === 'anyone' || keyring.access.scopes.has(scope)
      if (!isKnown && permissions[permission] !== undefined) {
        throw new InvalidOptions(`permissions.${permission}`, "a scope of the catalogue, or 'anyone'")
      }
      return [permission, scope]
    }),
  )
  return async (caller, organizationId) => {
    const rights = await keyring.rights(caller.authority, { organizationId })
    const has = (permission: Permission): boolean => {
      const scope = scopes.get(permission) ?? ''
      return scope === 'anyone' || rights.allows(scope as ScopeOf<A>) // what the catalogue does not have is not allowed
    }
    return {
      has,
      require: (permission) => {
        if (has(permission)) return
        const missing = [scopes.get(permission)]
        throw new ApiProblem(403, 'not_permitted', 'You may not do this here.', { missing })
      },
    }
  }
}
