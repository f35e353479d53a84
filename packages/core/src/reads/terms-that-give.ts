import { type Access, grantedRights, unknownName } from '../access/index.js'
import { InvalidInput } from '../errors/index.js'
import { followed } from '../scope/index.js'
import type { KeyTerm } from '../store/index.js'
import { patternsOf } from '../verify/index.js'

/** The most parts of a scope for which all wildcards over it are looked for: there are 511. */
const mostParts = 8

/**
 * Returns what a key may have been granted so that it has a scope everywhere: the scope, those that imply it, wildcards over them,
 * and roles that give it to keys of this organisation now.
 *
 * @throws ScopeUnknown; InvalidInput for a scope that is only granted on resources; HostUnavailable when a role cannot be looked up.
 */
export async function termsThatGive(
  access: Access,
  scope: unknown,
  organizationId: string,
): Promise<readonly KeyTerm[]> {
  if (typeof scope !== 'string') throw new InvalidInput('scope', 'a scope from the catalog')
  if (!access.scopes.has(scope)) throw unknownName('scope', scope, access.scopes.keys())
  if (access.resourceScopes.has(scope)) throw new InvalidInput('scope', 'a global scope')
  const isOpen = (each: string): boolean => access.scopes.get(each)?.sensitive === false
  const named = followed([scope], access.impliedBy)
  // A wildcard gives no sensitive scope, nor what only a sensitive one implies.
  const open = isOpen(scope) ? [...followed([scope], access.impliedBy, isOpen)] : []
  const scopes = new Set([...named, ...open.flatMap(wildcardsOver)])
  const roles = await rolesThatGive(access, scope, organizationId)
  return [
    ...[...scopes].map((term) => ({ kind: 'scope', term }) as const),
    ...roles.map((term) => ({ kind: 'role', term }) as const),
  ]
}

/** All patterns that match a scope: a `*` stands for a part, and the last one for all that follow, too. */
function wildcardsOver(scope: string): string[] {
  const parts = scope.split('.')
  if (parts.length > mostParts) throw new InvalidInput('scope', `a scope of at most ${mostParts} parts`)
  let beginnings = ['']
  const wildcards: string[] = []
  for (const [at, part] of parts.entries()) {
    wildcards.push(...beginnings.map((beginning) => `${beginning}*`))
    if (at === parts.length - 1)
      wildcards.push(...beginnings.filter((one) => one.includes('*')).map((one) => one + part))
    beginnings = beginnings.flatMap((beginning) => [`${beginning}${part}.`, `${beginning}*.`])
  }
  return wildcards
}

async function rolesThatGive(access: Access, scope: string, organizationId: string): Promise<string[]> {
  const names = [...access.roles.keys()]
  const given = await Promise.all(
    names.map(async (name) => {
      const patterns = await patternsOf(access, { scopes: [], roles: [name] }, organizationId)
      return grantedRights(access, patterns).allows(scope)
    }),
  )
  return names.filter((_, at) => given[at] === true)
}
