import { InvalidInput } from '../errors/index.js'
import { covers } from './covers.js'
import { normalize } from './normalize.js'
import { parseScope } from './parse-scope.js'
import { readPatterns } from './pattern.js'

/**
 * The normal form of `scopes` and all that they imply, directly or through others (SCOPE-5). A pattern implies what
 * each scope that it matches implies.
 *
 * @param implies - From one scope to those that it brings with it: own properties, no wildcards. A cycle does no harm.
 * @throws `InvalidInput` naming the place, as `scopes[2]`, if a pattern is malformed; naming `implies` if it is no such
 * table.
 */
export function close(scopes: readonly string[], implies: Readonly<Record<string, readonly string[]>>): string[] {
  return normalize(withImplied(scopes, 'scopes', implies))
}

/** @internal */
export function withImplied(
  scopes: readonly string[],
  field: string,
  implies: Readonly<Record<string, readonly string[]>>,
): string[] {
  const held = readPatterns(scopes, field).map((pattern) => pattern.scope)
  const table = readTable(implies)
  const reached = new Set([...table.keys()].filter((scope) => covers(held, scope)))
  for (const scope of reached) {
    for (const implied of table.get(scope) ?? []) reached.add(implied) // the loop comes to it in its turn, and once
  }
  return [...held, ...reached]
}

function readTable(implies: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, readonly string[]> {
  // Only concrete scopes: what a wildcard implies would differ with the names that exist.
  const isSound = ([from, to]: [string, readonly string[]]) => Array.isArray(to) && [from, ...to].every(isConcrete)
  if (typeof implies !== 'object' || implies === null || !Object.entries(implies).every(isSound)) {
    throw new InvalidInput('implies', 'lists of scopes by scope, without wildcards')
  }
  return new Map(Object.entries(implies))
}

function isConcrete(text: string): boolean {
  const parsed = parseScope(text)
  return parsed.ok && parsed.concrete
}
