/**
 * What scope sets mean, word by word: slow, short, and with nothing taken from `src`.
 *
 * The world is every concrete scope of 1 to 5 segments over five names. Patterns are written with the first three of
 * them; `x` and `y` stand for names that do not exist yet. With patterns of at most four segments, this world tells
 * apart all that any world could.
 */
export const names = ['a', 'b', 'c'] as const

export const world: readonly string[] = grow([...names, 'x', 'y'], 5)

/** Every text of 1 to `longest` of these segments. */
export function grow(segments: readonly string[], longest: number): string[] {
  let last = [...segments]
  const all = [...last]
  for (let length = 2; length <= longest; length += 1) {
    last = last.flatMap((start) => segments.map((segment) => `${start}.${segment}`))
    all.push(...last)
  }
  return all
}

/** A last `*` is one or more segments, any other `*` is exactly one. */
export function admits(pattern: string, scope: string): boolean {
  return admitsAll(pattern.split('.'), scope.split('.'))
}

function admitsAll([first, ...others]: string[], [segment, ...rest]: string[]): boolean {
  if (first === undefined || segment === undefined) return first === segment
  if (first === '*' && others.length === 0) return true
  return (first === '*' || first === segment) && admitsAll(others, rest)
}

/** The words of the world that a set matches, one bit for each. */
export function language(patterns: readonly string[]): bigint {
  return patterns.reduce((bits, pattern) => bits | bitsOf(pattern), 0n)
}

const known = new Map<string, bigint>()

function bitsOf(pattern: string): bigint {
  const bits = known.get(pattern) ?? BigInt(`0b${world.map((scope) => (admits(pattern, scope) ? 1 : 0)).join('')}`)
  known.set(pattern, bits)
  return bits
}
