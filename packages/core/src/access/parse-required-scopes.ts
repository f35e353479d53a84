import { InvalidOptions } from '../errors/index.js'
import { parseScope } from '../scope/index.js'
import type { Access } from './access.js'
import { unknownName } from './unknown-name.js'

/** The most scopes that one request may be asked for. */
const maxRequired = 400

/**
 * Parses the scopes that a guard requires: one or more names from the catalog, without wildcards.
 *
 * @throws {@link InvalidOptions} when the list is empty, has a wildcard, or has more than 400 scopes.
 * @throws {@link ScopeUnknown} when a name is not in the catalog.
 */
export function parseRequiredScopes(access: Access, scopes: unknown, field: string): readonly string[] {
  if (!Array.isArray(scopes) || scopes.length === 0) {
    const message = `Option ${field} must be a list of at least one scope. Leave it out to let any active key pass.`
    throw new InvalidOptions(field, 'a list of at least one scope', message)
  }
  if (scopes.length > maxRequired) throw new InvalidOptions(field, `a list of at most ${maxRequired} scopes`)
  // Most calls name what is in the catalog, and so need no parser.
  for (let at = 0; at < scopes.length; at += 1)
    if (!access.scopes.has(scopes[at])) return parseEach(access, scopes, field)
  return Object.freeze([...scopes])
}

function parseEach(access: Access, scopes: readonly unknown[], field: string): readonly string[] {
  return Object.freeze(
    scopes.map((scope, index) => {
      const parsed = parseScope(typeof scope === 'string' ? scope : '')
      if (!parsed.ok || !parsed.concrete) throw new InvalidOptions(`${field}[${index}]`, 'one scope, without wildcards')
      if (!access.scopes.has(parsed.scope)) throw unknownName(`${field}[${index}]`, parsed.scope, access.scopes.keys())
      return parsed.scope
    }),
  )
}
