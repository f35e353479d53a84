import type { ParsedScope } from './parse-scope.js'
import { patternTree } from './pattern-tree.js'

/** For each scope, the scopes that it implies: own properties. */
export type Implications = Readonly<Record<string, readonly string[]>>

/** Adds what patterns imply by a table that was checked. */
export function withImplied(held: readonly ParsedScope[], implies: Implications): string[] {
  const tree = patternTree(held)
  const matched = Object.keys(implies).filter((scope) => tree.covers(scope.split('.')))
  return [...held.map(({ scope }) => scope), ...followed(matched, implies)]
}

/** Adds to scopes what they imply, directly or through others, as far as it `passes`. */
export function followed(scopes: Iterable<string>, implies: Implications, passes = (_: string) => true): Set<string> {
  const reached = new Set(scopes)
  for (const scope of reached) {
    const implied = Object.hasOwn(implies, scope) ? implies[scope] : undefined
    for (const each of implied ?? []) if (passes(each)) reached.add(each) // a Set's iterator visits what is added, once
  }
  return reached
}
