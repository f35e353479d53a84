/** Finds the variables of a URI: `board://{boardId}` finds `{ boardId: 'b1' }` in `board://b1`. */
export type MatchUri = (uri: string) => Readonly<Record<string, string>> | null

/**
 * Reads a URI template with variables such as `{id}`, each of one segment. The variables are as they stand in the URI, escapes
 * included: the handler behind sees the same text. `null`: the template has something else in braces.
 */
export function uriMatcher(template: string): MatchUri | null {
  const parts = template.split(/\{([A-Za-z_]\w*)\}/)
  const literals = parts.filter((_, at) => at % 2 === 0)
  const names = parts.filter((_, at) => at % 2 === 1)
  if (literals.some((literal) => /[{}]/.test(literal)) || new Set(names).size !== names.length) return null
  const pattern = new RegExp(
    `^${literals.map((literal) => literal.replace(/[\\^$.*+?()[\]|]/g, '\\$&')).join('([^/?#]+)')}$`,
  )
  return (uri) => {
    const found = pattern.exec(uri)
    return found === null ? null : Object.fromEntries(names.map((name, at) => [name, found[at + 1] ?? '']))
  }
}
