import type { Principal } from '../access/index.js'
import type { RequestUse } from '../rates/index.js'
import { type Found, organizationOf } from '../store/index.js'
import type { MaybePromise } from '../values/index.js'
import { type Refusal, type Requirements, refuse, type Verdict } from '../verdict/index.js'
import { type RequestFacts, requestFacts } from './events.js'
import type { VerifyParts } from './parts.js'
import { report } from './report.js'
import { tellUnknownScopes } from './unknown-scopes.js'

/** A verdict, and what is to be done after it. */
export interface Examined {
  readonly verdict: Verdict
  /** The key that was found, whether or not its token was right. */
  readonly found: Found | null
  /** A use to be counted; `null`: it is none. */
  readonly use: RequestUse | null
  /** A failed attempt at this id is to be answered late; `null`: it was none, or at no id in particular. */
  readonly triedId: string | null
}

/** What comes after the deadline: what came too late is no use, and the wait of a guesser is no outage. */
export function conclude(
  parts: VerifyParts,
  needs: Requirements,
  { verdict, found, use, triedId }: Examined,
): MaybePromise<Verdict> {
  if (!verdict.ok) {
    if (triedId === null) {
      countRefusal(parts, needs, verdict.refusal, found)
      return refused(parts, needs, verdict.refusal, found, verdict)
    }
    return answerLate(parts, needs, { refusal: verdict.refusal, found, triedId, verdict })
  }
  if (use !== null && found !== null) countUse(parts, use, found, verdict.principal, needs)
  parts.outages.worked()
  return verdict
}

async function answerLate(
  parts: VerifyParts,
  needs: Requirements,
  attempt: {
    readonly refusal: Refusal
    readonly found: Found | null
    readonly triedId: string
    readonly verdict: Verdict
  },
): Promise<Verdict> {
  const { refusal, found, triedId, verdict } = attempt
  await parts.failedAttempts.delay(needs.ip, triedId, found !== null)
  return refused(parts, needs, refusal, found, verdict)
}

export function refused(
  parts: VerifyParts,
  needs: Requirements,
  refusal: Refusal,
  found: Found | null = null,
  verdict: Verdict = refuse(refusal),
): Verdict {
  report(parts, refusal, factsOf(needs, found))
  return verdict
}

/** What an event says of a request, beside what happened. */
export function factsOf(needs: Requirements, found: Found | null): RequestFacts {
  return requestFacts(needs.ip, needs.requestId(), found === null ? null : organizationOf(found.record.owner))
}

/** Counts what only the holder of a right token is refused. A guess at a key finds it, too, and is none. */
function countRefusal({ usage }: VerifyParts, needs: Requirements, { code }: Refusal, found: Found | null): void {
  if (!needs.countUsage || found === null) return
  const { record, now } = found
  usage.countRefusal({ keyId: record.id, organizationId: organizationOf(record.owner), code }, now)
}

function countUse(parts: VerifyParts, use: RequestUse, found: Found, { token }: Principal, needs: Requirements): void {
  if (!needs.countUsage || use.isCounted) return
  const { record, now } = found
  parts.usage.count(record.id, organizationOf(record.owner), now)
  use.isCounted = true
  if (!hasAll(parts.seenScopes, record.grants.scopes)) tellUnknownScopes(parts, record, factsOf(needs, found))
  if (token === 'previous') {
    const { previousHashExpiresAt: until } = record
    if (until !== null) parts.usage.notePrevious({ keyId: record.id, until, lastUsedAt: now })
    parts.emit({ type: 'api_key.previous_token_used', keyId: record.id, ...factsOf(needs, found) })
  }
}

function hasAll(seen: ReadonlySet<string>, scopes: readonly string[]): boolean {
  for (let at = 0; at < scopes.length; at += 1) if (!seen.has(scopes[at] ?? '')) return false
  return true
}
