/** Why a text is not a scope. Added to, never renamed. */
export type ScopeFault = 'not_a_string' | 'empty' | 'too_long' | 'too_many_segments' | 'segment'

/** A scope that was read. A pattern has `*` among its segments; without one it is concrete. */
export interface ParsedScope {
  readonly ok: true
  readonly scope: string
  readonly segments: readonly string[]
  /** Whether it names one scope, and so may be required (SCOPE-8). */
  readonly concrete: boolean
}

const maxLength = 255
const maxSegments = 16

/**
 * Reads a scope or a pattern: at most 16 segments parted by dots, at most 255 characters. A segment is `*` or 1 to 64
 * characters of `a-z 0-9 _ -`, the first of them a letter or a digit.
 *
 * Nothing is trimmed, lowered or otherwise mended, and nothing is ever thrown: a value that is no string is refused
 * like any other (SCOPE-15, SCOPE-16).
 */
export function parseScope(text: string): ParsedScope | { readonly ok: false; readonly reason: ScopeFault } {
  if (typeof text !== 'string') return { ok: false, reason: 'not_a_string' }
  if (text === '') return { ok: false, reason: 'empty' }
  if (text.length > maxLength) return { ok: false, reason: 'too_long' }
  const segments = text.split('.')
  if (segments.length > maxSegments) return { ok: false, reason: 'too_many_segments' }
  if (!segments.every(isSegment)) return { ok: false, reason: 'segment' }
  return { ok: true, scope: text, segments, concrete: !segments.includes('*') }
}

function isSegment(text: string): boolean {
  return text === '*' || /^[a-z0-9][a-z0-9_-]{0,63}$/.test(text)
}
