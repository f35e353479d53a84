/** The fields of an answer, in whatever way a framework keeps them. */
export interface AnswerFields {
  readonly get: (name: string) => unknown
  readonly set: (name: string, value: string) => unknown
}

/**
 * Puts what a gate asks for on an answer, and keeps what the app said: names are added to `Vary`, any other field is set only
 * where there is none (HTTP-11).
 */
export function answerHeaders(added: Readonly<Record<string, string>>, { get, set }: AnswerFields): void {
  for (const [name, value] of Object.entries(added)) {
    const current = get(name) ?? ''
    if (name === 'Vary') set(name, joinVary(String(current), value))
    else if (current === '') set(name, value)
  }
}

/** Each name once, in the spelling that was there first. */
function joinVary(current: string, added: string): string {
  const names = current.split(',').map((name) => name.trim())
  const known = new Set(names.map((name) => name.toLowerCase()))
  if (known.has('*')) return '*'
  const fresh = added.split(', ').filter((name) => !known.has(name.toLowerCase()))
  return [...names.filter((name) => name !== ''), ...fresh].join(', ')
}
