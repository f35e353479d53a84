import { type PatternTree, patternTree, readPatterns } from '../scope/index.js'
import type { Grants } from '../values/index.js'
import type { Access } from './access.js'

const trees = new WeakMap<object, PatternTree>()

/** Tests whether the catalog has a scope, or any that a wildcard reaches. */
export function isKnownScope({ scopes }: Pick<Access, 'scopes'>, pattern: string): boolean {
  if (scopes.has(pattern)) return true
  const tree = trees.get(scopes) ?? patternTree(readPatterns([...scopes.keys()]))
  trees.set(scopes, tree)
  return tree.matchSome(pattern.split('.'))
}

/** Returns what of a key's grants the access model does not have any more, in words. It gives nothing. */
export function departedNames(access: Access, { scopes, roles, resources }: Grants): readonly string[] {
  return [
    ...scopes.filter((scope) => !isKnownScope(access, scope)),
    ...roles.filter((role) => !access.roles.has(role)).map((role) => `role ${role}`),
    ...Object.keys(resources)
      .filter((type) => !access.resources.has(type))
      .map((type) => `resource type ${type}`),
  ]
}
