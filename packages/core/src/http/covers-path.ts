/**
 * Whether a pattern such as `/boards/:id/*` matches every path that `route` does, as far as the two texts tell: segments are
 * compared one by one, `:name` and `*` stand for any one segment, and a last `*` for all that follows. What it cannot tell, it
 * does not claim.
 */
export function coversPath(pattern: string, route: string): boolean {
  if (pattern === route) return true
  const wanted = segmentsOf(pattern)
  const given = segmentsOf(route)
  const rest = wanted.at(-1) === '*'
  const fixed = rest ? wanted.slice(0, -1) : wanted
  if (rest ? given.length < fixed.length : given.length !== fixed.length) return false
  return fixed.every((segment, index) => segment === given[index] || isAny(segment, given[index]))
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '')
}

/** Not where what is given may be missing (`:id?`), or be several segments (`*`): that is more than any one. */
function isAny(segment: string, given = ''): boolean {
  return /^(\*|:\w+)$/.test(segment) && !/[?*+{}()]/.test(given)
}
