import type { Access } from './access.js'

/** Rights to global scopes: those granted to a key, or those that its owner has now. */
export interface Rights {
  allows(scope: string): boolean
}

/** The most lists of patterns whose rights are kept, and the longest text of one. */
const maxKept = 500
const maxLength = 8_000

/**
 * Makes a function that keeps the rights that `make` gave for a list of patterns, so that they are made once for each text. They
 * depend on nothing else than the patterns and the model, neither of which changes: no decision is kept.
 */
export function keptRights(
  make: (access: Access, patterns: readonly string[]) => Rights,
): (access: Access, patterns: readonly string[]) => Rights {
  const byAccess = new WeakMap<Access, Map<string, Rights>>()
  return (access, patterns) => {
    const text = textOf(patterns)
    if (text === null) return make(access, patterns)
    const kept = byAccess.get(access) ?? new Map<string, Rights>()
    const known = kept.get(text)
    if (known !== undefined) return known
    const rights = make(access, patterns)
    const [oldest] = kept.keys()
    if (kept.size >= maxKept && oldest !== undefined) kept.delete(oldest)
    kept.set(text, rights)
    byAccess.set(access, kept)
    return rights
  }
}

/** A text that no other list of patterns has; `null`: these get none. */
function textOf(patterns: readonly string[]): string | null {
  if (!Array.isArray(patterns)) return null
  let length = 0
  for (let at = 0; at < patterns.length; at += 1) {
    const pattern = patterns[at]
    if (typeof pattern !== 'string' || pattern.includes('\n')) return null
    length += pattern.length + 1
  }
  if (patterns.length === 0 || length > maxLength) return null
  return patterns.length === 1 ? (patterns[0] ?? null) : patterns.join('\n')
}
