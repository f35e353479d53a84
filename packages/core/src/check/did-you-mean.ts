/**
 * A question that names what was probably meant, or `null` where nothing is near.
 *
 * @param prefix - What stands before each name, such as `cache.`.
 */
export function didYouMean(given: string, names: readonly string[], prefix = ''): string | null {
  const near = nearest(given, names)
  return near === null ? null : `Did you mean ${prefix}${near}?`
}

/** The name that is at most a third of its letters away from `given`, the nearest first; `null`: none is. */
export function nearest(given: string, names: readonly string[]): string | null {
  if (given.length > 64) return null
  let best: string | null = null
  let least = Number.POSITIVE_INFINITY
  for (const name of names) {
    const distance = editDistance(given.toLowerCase(), name.toLowerCase())
    if (distance <= Math.max(1, Math.floor(name.length / 3)) && distance < least) {
      best = name
      least = distance
    }
  }
  return best
}

/** Letters to add, leave out, change or swap with a neighbour, to make `b` of `a`. */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1]
      let least = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (isSame ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1)
      next.push(least)
    }
    before = row
    row = next
  }
  return row[b.length] ?? 0
}
