import { admits } from './oracle.js'

/**
 * The operations on sets as their definitions have them: each pattern is compared with each. What the library does in fewer
 * steps must give the same.
 */

/** A `*` of `pattern` stands for every name, so it is treated as one that occurs nowhere else. */
export function isWithin(pattern: string, other: string): boolean {
  return admits(other, pattern.replaceAll('*', 'elsewhere'))
}

export function naiveNormal(set: readonly string[]): string[] {
  const distinct = [...new Set(set)]
  return distinct.filter((one) => !distinct.some((other) => other !== one && isWithin(one, other))).sort()
}

export function naiveSubset(a: readonly string[], b: readonly string[]): boolean {
  return a.every((one) => b.some((other) => isWithin(one, other)))
}

export function naiveMeet(a: readonly string[], b: readonly string[]): string[] {
  return naiveNormal(a.flatMap((one) => b.flatMap((other) => crossing(one.split('.'), other.split('.')))))
}

/** By the definition: take in what is implied, one step after the other, until nothing is added. */
export function naiveClosure(
  scopes: readonly string[],
  implies: Readonly<Record<string, readonly string[]>>,
): string[] {
  const isHeld = (scope: string) => scopes.some((held) => admits(held, scope))
  const added = Object.entries(implies)
    .flatMap(([from, to]) => (isHeld(from) ? to : []))
    .filter((scope) => !isHeld(scope))
  return added.length === 0 ? [...scopes] : naiveClosure([...scopes, ...added], implies)
}

/** Segment by segment; a final `*` goes on for as long as the other pattern does. */
function crossing(a: readonly string[], b: readonly string[]): string[] {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a]
  if (short.length < long.length && short.at(-1) !== '*') return []
  const common = long.map((segment, index) => {
    const other = short[index] ?? '*'
    if (segment !== '*' && other !== '*' && segment !== other) return null
    return segment === '*' ? other : segment
  })
  return common.includes(null) ? [] : [common.join('.')]
}
