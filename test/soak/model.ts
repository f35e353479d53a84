/** What a key is, as far as a request can tell. Instants are those of the machine's clock, which the store has too. */
export interface KeyState {
  readonly status: 'active' | 'disabled' | 'revoked' | 'deleted'
  /** Whether the key holds `items.write`. */
  readonly writes: boolean
  readonly expiresAt: number | null
  /** `null`: a token that nobody was given. */
  readonly current: string | null
  /** The token before the last rotation, and until when it works. */
  readonly previous: { readonly token: string; readonly until: number } | null
}

/** A change of a key. Those of one key never overlap. */
export interface Change {
  readonly begin: number
  /** When its call returned; `null`: it is under way, or nobody knows whether it was made. */
  end: number | null
  after: KeyState
}

/** What was asked with a token, and when. */
export interface Asked {
  readonly token: string
  readonly scope: 'items.read' | 'items.write'
  readonly begin: number
  readonly end: number
}

/** What is promised of answers. */
export interface Promised {
  /** How old an answer may be: 0 without a cache. */
  readonly staleMs: number
  /** How far two readings of the clock may be apart. */
  readonly clockMs: number
}

/** What a request must be answered with, if the key is in this state at that instant: `ok`, or the code of the refusal. */
export function answerFor(state: KeyState, { token, scope }: Pick<Asked, 'token' | 'scope'>, at: number): string {
  const { status, writes, expiresAt, current, previous } = state
  const isPrevious = token === previous?.token
  if (status === 'deleted' || (token !== current && !isPrevious)) return 'api_key_invalid'
  if (status === 'revoked') return 'api_key_revoked'
  if (isPrevious && at >= previous.until) return 'api_key_invalid'
  if (status === 'disabled') return 'api_key_disabled'
  if (expiresAt !== null && at >= expiresAt) return 'api_key_expired'
  return scope === 'items.write' && !writes ? 'insufficient_scope' : 'ok'
}

/**
 * What a request may be answered with. A change whose call returned before the request began holds for it, up to `staleMs`; one
 * that was under way may hold or not.
 *
 * @param changes - Those of the token's key, oldest first.
 */
export function possibleAnswers(
  changes: readonly Change[],
  asked: Asked,
  { staleMs, clockMs }: Promised,
): ReadonlySet<string> {
  const from = asked.begin - staleMs
  const settled = changes.findLastIndex(({ end }) => end !== null && end < from)
  const possible = changes.slice(Math.max(settled, 0)).filter(({ begin }) => begin <= asked.end)
  // A cache counts the time since its read began, so that it takes the clock to be ahead, by no more than its age.
  const span = { from: asked.begin - clockMs, to: asked.end + clockMs + staleMs }
  return new Set(possible.flatMap(({ after }) => instantsOf(after, span).map((at) => answerFor(after, asked, at))))
}

/** The instants at which the answer may change by itself, with both ends. */
function instantsOf({ expiresAt, previous }: KeyState, { from, to }: { from: number; to: number }): number[] {
  const turns = [expiresAt, previous?.until ?? null].filter((at) => at !== null && at > from && at < to)
  return [from, ...(turns as number[]), to] // no turn is null
}
