/**
 * Chooses the media type of an answer by the `Accept` header (RFC 9110, 12.5.1).
 *
 * @param types - Those that there are. Of two that the client likes alike, the first is chosen, and so without a header.
 * @returns `null` if the client takes none of them.
 */
export function negotiate<T extends string>(accept: string | null, types: readonly T[]): T | null {
  const ranges = (accept || '*/*').split(',').flatMap(parseRange)
  const quality = (type: T): number => {
    const fitting = ranges.filter(
      ({ range }) => range === '*/*' || range === type || range === `${type.split('/')[0]}/*`,
    )
    // The nearest range decides: `text/csv;q=0, */*` takes all but CSV.
    const nearest = fitting.reduce((best, one) => Math.max(best, nearness(one.range)), 0)
    return Math.max(0, ...fitting.filter(({ range }) => nearness(range) === nearest).map(({ q }) => q))
  }
  const best = Math.max(...types.map(quality))
  return best > 0 ? (types.find((type) => quality(type) === best) ?? null) : null
}

function nearness(range: string): number {
  if (range === '*/*') return 1
  return range.endsWith('/*') ? 2 : 3
}

/** Other parameters than the quality, such as a charset, are left out: no answer has a choice of them. */
function parseRange(text: string): { readonly range: string; readonly q: number }[] {
  const [given = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  if (given === '') return []
  const range = given === '*' ? '*/*' : given // as the JDK's own client writes it, with `q=.2`
  const q = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1'
  // What is no quality is none at all: the client's wish is not known.
  return [{ range, q: /^(?:0?\.\d{1,3}|0\.?|1(?:\.0{0,3})?)$/.test(q) ? Number(q) : 0 }]
}
