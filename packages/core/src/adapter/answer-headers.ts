/** Reads and writes the headers of a framework's response. */
export interface AnswerFields {
  readonly get: (name: string) => unknown
  readonly set: (name: string, value: string) => unknown
}

/**
 * Adds the headers of a gate to a response. It keeps the headers of the app: names are added to `Vary`, and any other header is
 * only set if the app has not set it.
 */
export function answerHeaders(added: Readonly<Record<string, string>>, { get, set }: AnswerFields): void {
  for (const [name, value] of Object.entries(added)) {
    const current = get(name) ?? ''
    if (name === 'Vary') set(name, joinVary(String(current), value))
    else if (current === '') set(name, value)
  }
}

/** Lists each name once, in its first spelling. */
function joinVary(current: string, added: string): string {
  const names = current.split(',').map((name) => name.trim())
  const known = new Set(names.map((name) => name.toLowerCase()))
  if (known.has('*')) return '*'
  const fresh = added.split(', ').filter((name) => !known.has(name.toLowerCase()))
  return [...names.filter((name) => name !== ''), ...fresh].join(', ')
}
