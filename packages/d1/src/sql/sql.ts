/** What SQLite keeps of ours. */
export type Value = string | number | null

/** A statement, or a piece of one: the values stand between its texts. */
export interface Sql {
  readonly texts: readonly string[]
  readonly values: readonly Value[]
}

/** Makes a statement of a template. What stands in `${…}` is a value, which is bound, or another piece. */
export function sql(texts: readonly string[], ...holes: readonly (Sql | Value)[]): Sql {
  const made: { readonly texts: string[]; readonly values: Value[] } = { texts: [texts[0] ?? ''], values: [] }
  const append = (text: string): void => {
    made.texts.push(`${made.texts.pop()}${text}`)
  }
  holes.forEach((hole, at) => {
    const piece = isSql(hole) ? hole : { texts: ['', ''], values: [hole] }
    append(piece.texts[0] ?? '')
    made.texts.push(...piece.texts.slice(1))
    made.values.push(...piece.values)
    append(texts[at + 1] ?? '')
  })
  return made
}

/** Makes a piece of a text of ours, which is not bound. */
export function raw(text: string): Sql {
  return { texts: [text], values: [] }
}

/** Puts pieces in a row. */
export function join(pieces: readonly (Sql | Value)[], between: string): Sql {
  return sql(['', ...Array<string>(Math.max(pieces.length - 1, 0)).fill(between), ''], ...pieces)
}

/**
 * The text of a statement, and what to bind to it. The same value is bound once, however often it occurs: D1 takes 100 of them.
 */
export function compile({ texts, values }: Sql): { readonly text: string; readonly bound: readonly Value[] } {
  const bound = [...new Set(values)]
  const places = values.map((value) => `?${bound.indexOf(value) + 1}`)
  return { text: texts.map((text, at) => `${text}${places[at] ?? ''}`).join(''), bound }
}

function isSql(hole: Sql | Value): hole is Sql {
  return typeof hole === 'object' && hole !== null
}
