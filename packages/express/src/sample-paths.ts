/** A letter that nobody writes into a route: only what stands for any segment matches it. */
const any = '\uE000'

/** More samples than this, and a path counts as one that cannot be told. */
const maxSamples = 2_000

/** What may stand behind a place that anything may stand behind: up to `depth` segments. */
export function samplesOfRest(depth: number): readonly string[] {
  return Array.from({ length: depth + 1 }, (_, count) => `/${any}`.repeat(count))
}

/**
 * Paths that stand for all that a path of Express matches: a parameter is a segment like no other, what is optional is there
 * and is not, and a wildcard is up to `depth` segments.
 *
 * @returns `null` where the path has a regular expression in it, or there would be too many.
 */
export function samplePaths(path: string, depth: number, isExpress4: boolean): readonly string[] | null {
  return isExpress4 ? samplesOf4(path, depth) : samplesOf5(path, depth)
}

/** Other spellings of a path, which one router takes for the same and another does not. */
export function spellingsOf(path: string): readonly string[] {
  const single = path.replace(/\/{2,}/g, '/')
  const slashes = [
    path,
    `${path}/`,
    `${path}//`,
    `/${path}`,
    path.replaceAll('/', '//'),
    single,
    single.replace(/\/$/, ''),
  ]
  const spelled = slashes.flatMap((one) => [one, one.toLowerCase(), one.toUpperCase(), alternating(one)])
  return [...new Set(spelled)].filter((one) => one !== '')
}

function alternating(path: string): string {
  return path.replace(/../g, ([first = '', second = '']) => first.toLowerCase() + second.toUpperCase())
}

/** Each text of `heads` with each of `tails` behind it; `null` if that is too much. */
export function joined(heads: readonly string[] | null, tails: readonly string[] | null): readonly string[] | null {
  if (heads === null || tails === null || heads.length * tails.length > maxSamples) return null
  return heads.flatMap((head) => tails.map((tail) => head + tail))
}

function wildcard(depth: number): readonly string[] {
  return [
    '',
    ...samplesOfRest(depth)
      .slice(1)
      .map((rest) => rest.slice(1)),
  ]
}

/** `/a/:b?/*`; a group, and a sign behind a letter, make a regular expression of it. */
function samplesOf4(path: string, depth: number): readonly string[] | null {
  const parts = path.match(/\/?:\w+\??|\*|[^:*]/g) ?? []
  if (parts.join('') !== path || parts.some((part) => /[()[\]\\?+^$|{}]/.test(part.replace(/^(\/?:\w+)\?$/, '$1'))))
    return null
  let samples: readonly string[] | null = ['']
  for (const part of parts) {
    const [, slash = '', optional = ''] = /^(\/?):\w+(\??)$/.exec(part) ?? []
    const tails =
      part === '*' ? wildcard(depth) : part.includes(':') ? [slash + any, ...(optional ? [''] : [])] : [part]
    samples = joined(samples, tails)
  }
  return samples
}

/** `/a{/:b}/*rest`, with `\` before a sign that is meant as it is. */
function samplesOf5(path: string, depth: number): readonly string[] | null {
  const tokens = path.match(/\\.|[:*](?:[\w$\u0080-\uffff]+|"(?:\\.|[^"])*")|[{}]|[^\\]/g) ?? []
  let at = 0
  const group = (): readonly string[] | null => {
    let samples: readonly string[] | null = ['']
    for (; at < tokens.length && tokens[at] !== '}'; at += 1) {
      const token = tokens[at] ?? ''
      if (token === '{') {
        at += 1
        const inner = group()
        samples = joined(samples, inner === null ? null : ['', ...inner])
      } else samples = joined(samples, token.length > 1 ? tailsOf5(token, depth) : [token])
    }
    return samples
  }
  return group()
}

function tailsOf5(token: string, depth: number): readonly string[] {
  if (token.startsWith('\\')) return [token.slice(1)]
  return token.startsWith('*') ? wildcard(depth) : [any]
}
