import { type Access, InvalidOptions } from '@keywright/core'
import { checkNames, type NamesOf, unknownName, wholeNumber } from '@keywright/core/adapter'
import type { McpAccess } from '../caller/mcp-access.js'

const accessNames: NamesOf<Exclude<McpAccess, 'public'>> = {
  scopes: true,
  on: true,
  cost: true,
  approve: true,
}

/**
 * Refuses a requirement that is neither `'public'` nor an object of known fields.
 *
 * @throws {@link InvalidOptions}
 */
export function checkShape(declared: McpAccess): void {
  if (declared !== 'public') checkNames(declared, accessNames, { defined: ['scopes', 'on'] })
}

/** What requirements are checked against. */
export interface Requirable {
  readonly access: Access
  /** How owners are asked. `null`: they cannot be. */
  readonly approving: unknown
}

/**
 * A requirement that no key could ever meet is a mistake, so it fails at registration.
 *
 * @throws {@link InvalidOptions} when `scopes`, `on`, `cost` or `approve` is wrong.
 * @throws {@link ScopeUnknown} when the access model has no such scope.
 */
export function checkAccess(
  { access, approving }: Requirable,
  declared: McpAccess,
  name: string,
  kind: 'tools' | 'prompts' | 'resources',
): void {
  if (declared === 'public') return
  const { scopes, on, cost = 1, approve } = declared
  if (!Array.isArray(scopes) || scopes.length === 0) {
    throw new InvalidOptions(`${name}: scopes`, "at least one scope; for any live key, declare 'public' instead")
  }
  for (const scope of scopes) {
    if (!access.scopes.has(scope)) throw unknownName(`${name}: scopes`, scope, access.scopes.keys())
    if (access.resourceScopes.has(scope) && on === undefined) {
      throw new InvalidOptions(
        `${name}: on`,
        `a function that names the resource, because ${scope} is only allowed on a resource`,
      )
    }
  }
  wholeNumber(cost, `${name}: cost`, { least: 0 })
  if (approve === undefined) return
  if (approve !== 'owner' || kind !== 'tools')
    throw new InvalidOptions(`${name}: approve`, "'owner', and only for a tool")
  if (approving === null) {
    throw new InvalidOptions(`${name}: approve`, 'undefined where createMcpAuth has no option approve: nobody is asked')
  }
}
