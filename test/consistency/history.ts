/** What a key is, as far as a verification can tell. */
export interface KeyState {
  readonly status: 'active' | 'disabled' | 'revoked' | 'deleted'
  /** Whether the key holds `items.write`. */
  readonly writes: boolean
}

/** What was done to a key; `observed`: nothing, but its state was read while nobody changed it. */
export type ChangeKind = 'created' | 'disabled' | 'enabled' | 'scopes_changed' | 'revoked' | 'deleted' | 'observed'

/** A change, in microseconds of a clock that all processes share. */
export interface Change {
  readonly keyId: string
  readonly kind: ChangeKind
  readonly begin: number
  /** When the call returned; `null`: its process was killed, and the change may or may not have been made. */
  readonly end: number | null
  /** What the key is if it was made. */
  readonly after: KeyState
}

/** A verification that asked for `items.read` or `items.write`. */
export interface Verification {
  readonly keyId: string
  readonly worker: number
  readonly begin: number
  readonly end: number
  readonly asked: 'read' | 'write'
  /** `ok`, or the code of the refusal. */
  readonly answer: string
}

/** What a verification must answer for a key in this state. */
export function answerFor({ status, writes }: KeyState, asked: Verification['asked']): string {
  if (status === 'deleted') return 'api_key_invalid'
  if (status !== 'active') return `api_key_${status}`
  return asked === 'write' && !writes ? 'insufficient_scope' : 'ok'
}

/**
 * Checks real-time revocation (security.md, section 8): a verification that begins after a change returned answers by that
 * change, or by a later one that had begun before the verification ended. What could not be known (`auth_unavailable`) is
 * no answer, and no violation.
 *
 * @param changes - Those of one key never overlap, but for one whose end is not known.
 * @returns a line for each violation.
 */
export function findViolations(changes: readonly Change[], verifications: readonly Verification[]): readonly string[] {
  const histories = byKey(changes)
  return verifications.flatMap((verification) => {
    const { keyId, worker, begin, end, asked, answer } = verification
    if (answer === 'auth_unavailable') return []
    const history = histories.get(keyId) ?? []
    const settled = history.findLastIndex((change) => change.end !== null && change.end < begin)
    const possible = history.slice(Math.max(settled, 0)).filter((change) => change.begin <= end)
    if (possible.some(({ after }) => answerFor(after, asked) === answer)) return []
    const last = history[settled]
    const since =
      last === undefined ? 'nothing was done to it' : `${begin - (last.end ?? 0)} µs after it was ${last.kind}`
    return [`worker ${worker}: key ${keyId} asked for ${asked} was answered ${answer}, ${since}`]
  })
}

/** The changes of each key, oldest first. */
export function byKey(changes: readonly Change[]): ReadonlyMap<string, readonly Change[]> {
  const histories = new Map<string, Change[]>()
  for (const change of [...changes].sort((a, b) => a.begin - b.begin)) {
    const history = histories.get(change.keyId)
    if (history === undefined) histories.set(change.keyId, [change])
    else history.push(change)
  }
  return histories
}

const letters: Readonly<Record<Exclude<ChangeKind, 'observed'>, string>> = {
  created: 'c',
  disabled: 'd',
  enabled: 'e',
  scopes_changed: 's',
  revoked: 'r',
  deleted: 'x',
}

/**
 * Checks that each change that returned has its audit record, in its place; that one whose end is not known has one or none;
 * and that there is no other (I5).
 *
 * @param types - The types of a key's audit records, oldest first.
 */
export function hasAuditOf(changes: readonly Change[], types: readonly string[]): boolean {
  const written = types.map((type) => letterOf(type.replace('api_key.', ''))).join('')
  const made = changes
    .filter(({ kind }) => kind !== 'observed')
    .map(({ kind, end }) => letterOf(kind) + (end === null ? '?' : ''))
    .join('')
  // Of a key whose creator was killed, no more is known than that it is there.
  return new RegExp(`^${made.startsWith('c') ? '' : 'c'}${made}$`).test(written)
}

function letterOf(kind: string): string {
  return (letters as Readonly<Record<string, string>>)[kind] ?? '!' // other types are in no history
}
