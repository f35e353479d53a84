/** A letter that nobody writes into a route: only what stands for any segment, or for a pattern of it, matches one of these. */
const letter = '\uE000'
const anySegments = [letter, `${letter}\n${letter}`]

/** Whether a path has a pattern of its own, as `/:id{[0-9]+}`: no text is known that surely matches it. */
export function hasPattern(path: string): boolean {
  return path.includes('{')
}

/**
 * Paths that stand for all that a route's path may match, and for some that it does not: a parameter is a segment like no
 * other, what is optional is there and is not, and a last `*` is up to `depth` segments, empty ones too.
 *
 * What a pattern in braces matches is not known: it is taken for any segments, so that these are more than it matches.
 *
 * @returns `null` if there would be too many.
 */
export function samplePaths(path: string, depth: number): readonly string[] | null {
  const segments = path.match(/\/(?:\{[^}]*\}|[^/{])*/g) ?? []
  const all = new Set<string>()
  for (const any of anySegments) {
    let heads = ['']
    for (const [index, segment] of segments.entries()) {
      const tails = tailsOf(segment, any, index === segments.length - 1 ? depth : 1)
      heads = heads.flatMap((head) => tails.map((tail) => head + tail))
      if (heads.length > 3_000) return null
    }
    for (const head of heads) for (const end of ['', '/']) all.add(head + end)
  }
  return [...all]
}

/** A path, and the same with fewer slashes and with more. */
export function spellingsOf(path: string): readonly string[] {
  const single = path.replace(/\/{2,}/g, '/')
  return [path, single, single.replace(/(?<=.)\/$/, ''), `/${path}`, path.replaceAll('/', '//')]
}

/** What may stand for one segment, its slash included. */
function tailsOf(segment: string, any: string, depth: number): string[] {
  const isOptional = segment.endsWith('?') ? [''] : []
  if (hasPattern(segment)) return [...isOptional, ...rests(any, depth).slice(1)]
  if (/^\/:[^/]+$/.test(segment)) return [...isOptional, `/${any}`]
  if (segment === '/*') return rests(any, depth)
  if (segment.endsWith('*')) return repeated(any, depth).map((rest) => segment.slice(0, -1) + rest.replace(/^\//, ''))
  return [segment]
}

/** Nothing; up to three segments, empty or not; and more that are not. */
function rests(any: string, depth: number): string[] {
  const shorter = ['', `/${any}`, '/']
  const short = shorter.flatMap((one) => shorter.flatMap((two) => shorter.map((three) => one + two + three)))
  return [...new Set([...short, ...repeated(any, depth), ...repeated('', depth)])]
}

/** `''`, `'/x'`, `'/x/x'` and so on. */
function repeated(segment: string, times: number): string[] {
  return Array.from({ length: times + 1 }, (_, count) => `/${segment}`.repeat(count))
}
