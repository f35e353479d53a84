/** Why a value is not a scope. New reasons may be added; a reason is never renamed. */
export type ScopeFault = 'not_a_string' | 'empty' | 'too_long' | 'too_many_segments' | 'segment'

/** A parsed scope or pattern. A pattern has at least one `*` segment; a concrete scope has none. */
export interface ParsedScope {
  readonly ok: true
  /** The text that was parsed. */
  readonly scope: string
  /** Its parts between the dots. */
  readonly segments: readonly string[]
  /** Whether it names exactly one scope. Only concrete scopes can be required. */
  readonly concrete: boolean
}

/** The most patterns in a set. A key has at most 400 of its own; its roles, and its owner, may have more. */
export const maxPatterns = 2000

const maxLength = 255
const maxSegments = 16

/**
 * Parses a scope or a pattern: at most 16 segments with dots between them, at most 255 characters. A segment is `*`, or 1 to 64
 * characters of `a-z 0-9 _ -` that begin with a letter or a digit.
 *
 * The text is taken as it is: not trimmed, not lower-cased. Never throws; a value that is not a string gives `not_a_string`.
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

/** Parses a stored set. What is no pattern matches nothing, and what is no list grants nothing. */
export function readPatterns(stored: unknown): ParsedScope[] {
  return Array.isArray(stored) ? stored.map(parseScope).filter((parsed) => parsed.ok) : []
}

function isSegment(text: string): boolean {
  return text === '*' || /^[a-z0-9][a-z0-9_-]{0,63}$/.test(text)
}
