import { type Authority, createPrincipal, grantedRights, type Principal } from '../access/index.js'
import { type HashVerdict, parseToken } from '../crypto/index.js'
import { type Found, isExpired, isPast, organizationOf } from '../store/index.js'
import type { KeyRecord, ResourceRef } from '../values/index.js'
import { DeadlineExceeded, withDeadline } from './deadline.js'
import type { Settings } from './options.js'
import { toKey } from './public-key.js'
import { resolveAuthority, rolePatterns } from './resolve-authority.js'
import { type Refusal, refuse, type Verdict } from './verdict.js'

/** What a caller must be allowed, beyond holding a live key. Checked names: see `requireScopes`. */
export interface Requirements {
  /** All of these. */
  readonly scopes: readonly string[]
  /** Where resource scopes among them are needed. */
  readonly resource: ResourceRef | null
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
  if (text === undefined || text === null || text === '') return refuse({ code: 'api_key_missing' })
  const parsed = parseToken(text, settings.format)
  if (!parsed.ok) return refuse({ code: 'api_key_invalid', reason: parsed.reason, keyId: null })
  try {
    return await withDeadline(verifyCandidate(settings, text, parsed.id, needs), settings.verifyTimeoutMs)
  } catch (cause) {
    return refuse({ code: 'auth_unavailable', ...faultOf(cause) })
  }
}

async function verifyCandidate(settings: Settings, token: string, id: string, needs: Requirements): Promise<Verdict> {
  const found = await settings.store.find(id).catch(fault('store'))
  const match = await matchSecret(settings, found, { id, token }).catch(fault('hash'))
  // Until here an unknown id and a wrong secret have gone the same way (HASH-7); what follows is for a holder (HASH-8).
  if (found === null || match.outcome === 'mismatch') {
    return refuse({
      code: 'api_key_invalid',
      reason: found === null ? 'unknown' : 'secret',
      keyId: found?.record.id ?? null,
    })
  }
  // Not `=== 'misconfigured'`: an answer that a host's hasher should not give must not pass for a match.
  if (match.outcome !== 'match') throw new Fault('hash', new Error(`The stored hash of key ${id} cannot be used`))

  const { record, now } = found
  const dead = refuseDead(settings, record, now)
  if (dead !== null) return refuse(dead)
  if (match.stale && match.index === 0) rehash(settings, record, { id, token })

  const [authority, fromRoles] = await Promise.all([
    resolveAuthority(settings.access, settings.resolveOwner, record.owner),
    rolePatterns(settings.access, record.grants.roles, organizationOf(record.owner)),
  ]).catch(fault('owner'))
  if (authority === null) return refuse({ code: 'owner_inactive', keyId: id })

  const principal = principalOf(settings, found, authority, fromRoles)
  const missing = await missingScopes(settings, principal, needs).catch(fault('owner'))
  if (missing.length > 0) {
    const { scopes: required, resource } = needs
    return refuse({ code: 'insufficient_scope', keyId: id, required, missing, resource })
  }
  return { ok: true, principal }
}

async function matchSecret(
  settings: Settings,
  found: Found | null,
  input: { id: string; token: string },
): Promise<HashVerdict> {
  if (found === null || found.record.status === 'deleted') {
    await settings.hasher.dummy(input)
    return { outcome: 'mismatch' }
  }
  const { record, now } = found
  const { previousHash, previousHashExpiresAt } = record
  const inGrace = previousHash !== null && previousHashExpiresAt !== null && !isPast(previousHashExpiresAt, now)
  return settings.hasher.verify(inGrace ? [record.hash ?? '', previousHash] : [record.hash ?? ''], input)
}

function refuseDead(settings: Settings, record: KeyRecord, now: Date): Refusal | null {
  const keyId = record.id
  if (record.status === 'revoked') {
    // Whoever presents a leaked token may be the finder: they learn nothing (Rulings).
    if (record.revokedReason === 'leaked') return { code: 'api_key_invalid', reason: 'leaked', keyId }
    return { code: 'api_key_revoked', keyId }
  }
  if (record.status !== 'active') return { code: 'api_key_disabled', keyId }
  if (record.environment !== settings.environment) return { code: 'api_key_invalid', reason: 'environment', keyId }
  if (isExpired(record, now)) return { code: 'api_key_expired', keyId }
  if (record.damaged.length > 0) {
    settings.emit({ type: 'api_key.damaged', keyId, fields: record.damaged })
    return { code: 'insufficient_scope', keyId, required: [], missing: [], resource: null }
  }
  return null
}

function principalOf(
  settings: Settings,
  { record, now }: Found,
  authority: Authority,
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

/** Upgrades the stored hash beside the answer: it can neither delay nor fail the verification (HASH-4). */
function rehash(settings: Settings, record: KeyRecord, input: { id: string; token: string }): void {
  const from = { hash: record.hash ?? '', lookupDigest: record.lookupDigest }
  const upgrade = async () => {
    const hash = await settings.hasher.hash(input)
    await settings.store.replaceHash(record.id, from, { ...from, hash })
  }
  settings.background(
    upgrade().catch((error: unknown) => settings.emit({ type: 'api_key.rehash_failed', keyId: record.id, error })),
  )
}

function report(settings: Settings, refusal: Refusal): void {
  if (refusal.code === 'auth_unavailable') {
    settings.emit({ type: 'keyring.unavailable', reason: refusal.reason, error: refusal.cause })
    return
  }
  const keyId = 'keyId' in refusal ? refusal.keyId : null
  const reason = 'reason' in refusal ? refusal.reason : ''
  settings.emit({ type: 'api_key.verify_failed', code: refusal.code, reason, keyId })
  const isRevoked = refusal.code === 'api_key_revoked' || reason === 'leaked'
  if (isRevoked && keyId !== null) settings.emit({ type: 'api_key.used_after_revocation', keyId })
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
