import { InvalidOptions, ScopeUnknown } from '../errors/index.js'
import { parseScope } from '../scope/index.js'
import type { Access } from './access.js'

/**
 * Checks, at start-up, the scopes that a guard requires: a list that is not empty, of concrete names of the catalogue.
 *
 * @throws {@link InvalidOptions} for an empty list or a wildcard, {@link ScopeUnknown} for an unknown name (SCOPE-8).
 */
export function requireScopes(access: Access, scopes: unknown, field: string): readonly string[] {
  if (!Array.isArray(scopes) || scopes.length === 0) {
    throw new InvalidOptions(field, 'at least one scope; leave it out to let any live key pass')
  }
  return Object.freeze(
    scopes.map((scope: unknown, index) => {
      const parsed = parseScope(typeof scope === 'string' ? scope : '')
      if (!parsed.ok || !parsed.concrete) throw new InvalidOptions(`${field}[${index}]`, 'one scope, without wildcards')
      if (!access.scopes.has(parsed.scope)) throw new ScopeUnknown(`${field}[${index}]`, parsed.scope)
      return parsed.scope
    }),
  )
}
