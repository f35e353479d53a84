import { createPrincipal, grantedRights, type Principal } from '../access/index.js'
import { allowsIp, type RateLimitDenial } from '../limits/index.js'
import { type Found, isExpired, organizationOf } from '../store/index.js'
import type { KeyRecord, ResourceRef } from '../values/index.js'
import { DeadlineExceeded, withDeadline } from './deadline.js'
import { importedId, type Sought, seek } from './find-key.js'
import { matchToken, type TokenMatch } from './match-token.js'
import type { Settings } from './options.js'
import { toKey } from './public-key.js'
import { rehash } from './rehash.js'
import type { Use } from './request-limits.js'
import { type OwnerRights, resolveAuthority, rolePatterns } from './resolve-authority.js'
import { type Refusal, refuse, type Verdict } from './verdict.js'

/** What a caller must be allowed, beyond holding a live key, and from where it calls. Checked: see `Keyring.verify`. */
export interface Requirements {
  /** All of these. */
  readonly scopes: readonly string[]
  /** Where resource scopes among them are needed. */
  readonly resource: ResourceRef | null
  readonly ip: string | null
  /** Units of the key's rate limits. */
  readonly cost: number
  /** Whether it is a use to be counted. */
  readonly isUse: boolean
  /** Stands for the request: however often it is verified, it is one use (RATE-5). */
  readonly request: object | null
}

/**
 * Verifies a presented token: any text gives a verdict, and no text makes it throw. One read by primary key, no write.
 *
 * What cannot be known is refused as `auth_unavailable`, never passed and never called a bad key (ADP-1, I1, I2).
 */
export async function verifyToken(settings: Settings, text: string, needs: Requirements): Promise<Verdict> {
  const verdict = await decide(settings, text, needs)
  if (!verdict.ok) report(settings, verdict.refusal)
  return verdict
}

async function decide(settings: Settings, text: string, needs: Requirements): Promise<Verdict> {
  const sought = seek(settings, text)
  if (!sought.ok) return refuse(sought.refusal)
  try {
    let count: Count = () => {}
    const candidate = verifyCandidate(settings, text, sought, needs, (later) => {
      count = later
    })
    const verdict = await withDeadline(candidate, settings.verifyTimeoutMs)
    // Not under the deadline: what came too late is no use, and a guesser's wait is no outage.
    await count()
    return verdict
  } catch (cause) {
    return refuse({ code: 'auth_unavailable', ...faultOf(cause) })
  }
}

/** Counts what a verification turned out to be: a use, or a guess. */
type Count = () => void | Promise<void>

async function verifyCandidate(
  settings: Settings,
  token: string,
  sought: Extract<Sought, { ok: true }>,
  needs: Requirements,
  later: (count: Count) => void,
): Promise<Verdict> {
  const blocked = await settings.guesses.check(needs.ip)
  if (blocked !== null) return refuse(tooMany(blocked, null), blocked.states)

  const found = await sought.find().catch(fault('store'))
  const match = await matchToken(settings, found, token, sought.id).catch(fault('hash'))
  // Until here an unknown id and a wrong secret have gone the same way (HASH-7); what follows is for a holder (HASH-8).
  if (found === null || match.outcome === 'mismatch') {
    const reason = found === null ? 'unknown' : 'secret'
    const keyId = found?.record.id ?? null
    // Foreign tokens that find no key have no id in common: they are not guesses at one.
    const guessedId = keyId ?? (sought.id === importedId ? null : sought.id)
    later(() => settings.guesses.count(needs.ip, guessedId, keyId !== null))
    return refuse({ code: 'api_key_invalid', reason, keyId })
  }
  const { record, now } = found
  // By what is known to be a match, not by what is known to be none: a host's hasher may answer anything.
  if (match.outcome !== 'current' && match.outcome !== 'previous' && match.outcome !== 'superseded') {
    throw new Fault('hash', new Error(`The stored hash of key ${record.id} cannot be used`))
  }
  const dead = refuseDead(settings, record, now, match)
  if (dead !== null) return refuse(dead)
  if (match.outcome === 'current' && match.stale) rehash(settings, record, token)
  if (!allowsIp(record.ipAllowList, needs.ip)) {
    return refuse({ code: 'api_key_not_allowed_here', reason: 'ip', keyId: record.id })
  }

  const [authority, fromRoles] = await Promise.all([
    resolveAuthority(settings.access, settings.resolveOwner, record.owner),
    rolePatterns(settings.access, record.grants.roles, organizationOf(record.owner)),
  ]).catch(fault('owner'))
  if (authority === null) return refuse({ code: 'owner_inactive', keyId: record.id })

  const use = useOf(settings, record, needs)
  const limited = await use.verdict.catch(fault('limits'))
  if (limited?.admitted === false) return refuse(tooMany(limited, record.id), limited.states)
  const states = limited?.states ?? []

  const principal = principalOf(settings, found, authority, fromRoles)
  const missing = await missingScopes(settings, principal, needs).catch(fault('owner'))
  if (missing.length > 0) {
    const { scopes: required, resource } = needs
    return refuse({ code: 'insufficient_scope', keyId: record.id, required, missing, resource }, states)
  }
  later(() => {
    if (!needs.isUse || use.isCounted) return
    settings.usage.count(record.id, organizationOf(record.owner), now)
    use.isCounted = true
  })
  return { ok: true, principal, rateLimits: states }
}

function refuseDead(settings: Settings, record: KeyRecord, now: Date, match: TokenMatch): Refusal | null {
  const keyId = record.id
  if (record.status === 'revoked') {
    // Whoever presents a leaked token may be the finder: they learn nothing (Rulings).
    if (record.revokedReason === 'leaked') return { code: 'api_key_invalid', reason: 'leaked', keyId }
    return { code: 'api_key_revoked', keyId }
  }
  if (match.outcome === 'superseded') return { code: 'api_key_invalid', reason: 'superseded', keyId }
  if (record.status !== 'active') return { code: 'api_key_disabled', keyId }
  if (record.environment !== settings.environment) return { code: 'api_key_invalid', reason: 'environment', keyId }
  if (isExpired(record, now)) return { code: 'api_key_expired', keyId }
  if (record.damaged.length > 0) {
    settings.emit({ type: 'api_key.damaged', keyId, fields: record.damaged })
    return { code: 'insufficient_scope', keyId, required: [], missing: [], resource: null }
  }
  return null
}

/** The use that a verification is: its units are taken once, and the guards behind are told what the first was told. */
function useOf({ uses, rateLimits }: Settings, record: KeyRecord, { cost, request }: Requirements): Use {
  const ofRequest = (request === null ? undefined : uses.get(request)) ?? new Map<string, Use>()
  const before = ofRequest.get(record.id)
  if (before !== undefined) return before
  const use: Use = { verdict: rateLimits.take(record, cost), isCounted: false }
  ofRequest.set(record.id, use)
  if (request !== null) uses.set(request, ofRequest)
  // A fault of the limiter is no verdict: the next guard asks it again.
  use.verdict.catch(() => ofRequest.delete(record.id))
  return use
}

function tooMany({ violated, retryAfterMs, states }: RateLimitDenial, keyId: string | null): Refusal {
  return { code: 'rate_limited', keyId, violatedPolicies: violated, retryAfterMs, states }
}

function principalOf(
  settings: Settings,
  { record, now }: Found,
  authority: OwnerRights,
  fromRoles: readonly string[],
): Principal {
  return createPrincipal({
    access: settings.access,
    key: toKey(record, now),
    granted: grantedRights(settings.access, [...record.grants.scopes, ...fromRoles]),
    authority,
  })
}

async function missingScopes(
  settings: Settings,
  principal: Principal,
  needs: Requirements,
): Promise<readonly string[]> {
  const missing: string[] = []
  for (const scope of needs.scopes) {
    const allowed =
      needs.resource !== null && settings.access.resourceScopes.has(scope)
        ? await principal.allowsOn(scope, needs.resource)
        : principal.allows(scope)
    if (!allowed) missing.push(scope)
  }
  return missing
}

function report(settings: Settings, refusal: Refusal): void {
  if (refusal.code === 'auth_unavailable') {
    settings.emit({ type: 'keyring.unavailable', reason: refusal.reason, error: refusal.cause })
    return
  }
  const keyId = 'keyId' in refusal ? refusal.keyId : null
  const reason = 'reason' in refusal ? refusal.reason : ''
  if (refusal.code === 'rate_limited') {
    settings.emit({ type: 'api_key.rate_limited', keyId, violated: refusal.violatedPolicies })
    return
  }
  settings.emit({ type: 'api_key.verify_failed', code: refusal.code, reason, keyId })
  const isOver = refusal.code === 'api_key_revoked' || reason === 'leaked' || reason === 'superseded'
  if (isOver && keyId !== null) settings.emit({ type: 'api_key.used_after_revocation', keyId })
}

type FaultReason = Extract<Refusal, { code: 'auth_unavailable' }>['reason']

/** Something that the verdict needs did not work. */
class Fault extends Error {
  override readonly name = 'Fault'
  readonly reason: FaultReason

  constructor(reason: FaultReason, cause: unknown) {
    super(`Verification needs the ${reason}, which failed`, { cause })
    this.reason = reason
  }
}

function fault(reason: FaultReason): (cause: unknown) => never {
  return (cause) => {
    throw new Fault(reason, cause)
  }
}

function faultOf(error: unknown): { reason: FaultReason; cause: unknown } {
  if (error instanceof Fault) return { reason: error.reason, cause: error.cause }
  return { reason: error instanceof DeadlineExceeded ? 'timeout' : 'store', cause: error }
}
