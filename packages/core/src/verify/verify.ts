import { type Access, createPrincipal, grantedRights, isAllowed, type Principal } from '../access/index.js'
import { type Credential, type HashInput, recognizeToken, Secret } from '../crypto/index.js'
import { InvalidInput, WrongPepper } from '../errors/index.js'
import { allowsIp, ipNetwork } from '../ip/index.js'
import type { Attempt, RateLimitDenial, RateLimitState, RateLimitVerdict, TooManyFailures } from '../limits/index.js'
import { type Found, organizationOf, toKey } from '../store/index.js'
import { isPromise, type MaybePromise, type ResourceRef } from '../values/index.js'
import { conclude, type Examined, factsOf, refused } from './conclude.js'
import { fault, refusalOfFault } from './fault.js'
import { findKey, importedId } from './find-key.js'
import { matchToken, type TokenMatch } from './match-token.js'
import type { VerifyParts } from './parts.js'
import { refuseInactive } from './refuse-inactive.js'
import { rehash } from './rehash.js'
import { type RequestUse, tooMany, useOf } from './request-limits.js'
import type { Requirements } from './requirements.js'
import { type OwnerRights, patternsOf, resolveAuthority } from './resolve-owner.js'
import { type Refusal, refuse, type Verdict } from './verdict.js'

// Made once: each says what failed, whatever the request.
const limitsFault = /* @__PURE__ */ fault('limits')
const storeFault = /* @__PURE__ */ fault('store')
const hashFault = /* @__PURE__ */ fault('hash')
const ownerFault = /* @__PURE__ */ fault('owner')
const resourceFault = /* @__PURE__ */ fault('resource')

function pepperFault(cause: unknown): never {
  return cause instanceof WrongPepper ? hashFault(cause) : storeFault(cause)
}

/**
 * Verifies a presented text: any text gives a verdict, and no text makes it throw.
 *
 * @throws {@link InvalidInput} for a `Secret`, whose text was forgotten.
 */
export async function verifyToken(parts: VerifyParts, text: unknown, needs: Requirements): Promise<Verdict> {
  if (text instanceof Secret) {
    const message = 'text must be a string, not a Secret: call reveal() on it, keyring.verify(token.reveal()).'
    throw new InvalidInput('text', 'a string', message)
  }
  if (typeof text !== 'string' || text === '') return refused(parts, needs, { code: 'api_key_missing' })
  const recognized = recognizeToken(text, parts.format)
  if (recognized.ok) return verifyCredential(parts, recognized, needs, parts.verifyTimeoutMs)
  return refused(parts, needs, { code: 'api_key_invalid', reason: recognized.reason, keyId: null })
}

/**
 * Verifies a credential that was read already: the one way of every request. One read by primary key, no write.
 *
 * What cannot be known is refused as `auth_unavailable`, never passed and never called a bad key.
 *
 * @param timeoutMs - How long it may take, the host's answers included.
 */
export async function verifyCredential(
  parts: VerifyParts,
  credential: Credential,
  needs: Requirements,
  timeoutMs: number,
): Promise<Verdict> {
  try {
    const examined = examine(parts, credential, needs, timeoutMs)
    // What is known at once has no deadline to keep.
    if (!isPromise(examined)) return conclude(parts, needs, examined)
    return conclude(parts, needs, await parts.deadlines.race(timeoutMs, examined))
  } catch (cause) {
    return refused(parts, needs, refusalOfFault(cause))
  }
}

/** Finds the key of a credential, and tells what may be done with it. Waits only for what does not answer at once. */
function examine(
  parts: VerifyParts,
  credential: Credential,
  needs: Requirements,
  timeoutMs: number,
): MaybePromise<Examined> {
  const reserving = parts.failedAttempts.reserve(needs.ip, timeoutMs)
  if (reserving !== null) return examineCounted(parts, credential, needs, reserving)
  const compared = compare(parts, credential, needs.ip)
  return isPromise(compared)
    ? compared.then((value) => judge(parts, credential, needs, value))
    : judge(parts, credential, needs, compared)
}

/** The same, where failed attempts are counted. */
async function examineCounted(
  parts: VerifyParts,
  credential: Credential,
  needs: Requirements,
  reserving: Promise<Attempt | TooManyFailures>,
): Promise<Examined> {
  const attempt = await reserving.catch(limitsFault)
  if (!attempt.reserved) return ended(null, tooMany(attempt.denial, null), attempt.denial)
  return judge(parts, credential, needs, await settled(attempt, parts, credential, needs.ip))
}

interface Compared {
  readonly found: Found | null
  readonly match: TokenMatch
}

function compare(parts: VerifyParts, credential: Credential, ip: string | null): MaybePromise<Compared> {
  const finding = attempted(() => findKey(parts, credential), storeFault)
  if (isPromise(finding) || !parts.peppers.isDone) return compareLater(parts, credential, ip, finding)
  return match(parts, credential, ip, finding)
}

async function compareLater(
  parts: VerifyParts,
  credential: Credential,
  ip: string | null,
  finding: MaybePromise<Found | null>,
): Promise<Compared> {
  const found = isPromise(finding) ? await finding.catch(storeFault) : finding
  if (!parts.peppers.isDone) await parts.peppers.run().catch(pepperFault)
  return match(parts, credential, ip, found)
}

function match(
  parts: VerifyParts,
  credential: Credential,
  ip: string | null,
  found: Found | null,
): MaybePromise<Compared> {
  const matching = attempted(() => matchToken(parts, found, presented(credential, ip)), hashFault)
  return isPromise(matching)
    ? matching.then((value) => ({ found, match: value }), hashFault)
    : { found, match: matching }
}

/** What is thrown at once is a fault of the same kind as a rejection. */
function attempted<T>(work: () => T, asFault: (cause: unknown) => never): T {
  try {
    return work()
  } catch (cause) {
    return asFault(cause)
  }
}

/** The first half, in which the host is asked nothing: whether the credential is the token of a key that may be used here now. */
function judge(
  parts: VerifyParts,
  credential: Credential,
  needs: Requirements,
  { found, match }: Compared,
): MaybePromise<Examined> {
  // Until here an unknown id and a wrong secret have gone the same way; what follows is for a holder.
  if (found === null || match.outcome === 'mismatch') return failedAttempt(found, credential)
  const { record } = found
  // By what is known to be a match, not by what is known to be none: a host's hasher may answer anything.
  if (match.outcome !== 'current' && match.outcome !== 'previous' && match.outcome !== 'superseded') {
    return hashFault(new Error(`The stored hash of key ${record.id} cannot be used.`))
  }
  const inactive = refuseInactive(parts, found, match, () => factsOf(needs, found))
  if (inactive !== null) return ended(found, inactive)
  if (match.outcome === 'current' && match.stale) rehash(parts, record, credential.token)
  if (record.ipAllowList !== null && !allowsIp(record.ipAllowList, needs.ip)) {
    return ended(found, { code: 'api_key_not_allowed_here', reason: 'ip', keyId: record.id })
  }
  const use = useOf(parts, record, needs)
  const token = match.outcome === 'previous' ? 'previous' : 'current'
  if (use.verdict === null) return admit(parts, { found, token, use, limited: null }, needs)
  return use.verdict.catch(limitsFault).then((limited) => {
    if (limited?.admitted === false) return ended(found, tooMany(limited, record.id), limited)
    return admit(parts, { found, token, use, limited }, needs)
  })
}

/** A token that is presented, for a hasher. Only a slow one asks from where it came, so that is made out when it asks. */
function presented({ id, token }: Credential, ip: string | null): HashInput {
  const own = id ?? importedId
  if (ip === null) return { id: own, token, network: null }
  // A field of the object itself, which a copy of it has as well.
  return {
    id: own,
    token,
    get network() {
      return ipNetwork(ip)
    },
  }
}

/**
 * Settles an attempt by what it turned out to be, also where that shows only after the deadline: a guess that nobody waits for
 * any more was a guess. An outage is no fault of the client, who learnt nothing by it.
 */
async function settled(
  attempt: Attempt,
  parts: VerifyParts,
  credential: Credential,
  ip: string | null,
): Promise<Compared> {
  let failed = false
  try {
    const result = await compare(parts, credential, ip)
    failed = result.match.outcome === 'mismatch'
    return result
  } finally {
    attempt.settle(failed)
  }
}

/** A live key whose token was right, and whose limits admit the request. */
interface Candidate {
  readonly found: Found
  readonly token: Principal['token']
  readonly use: RequestUse
  readonly limited: RateLimitVerdict | null
}

/** The second half: its owner, and what the request asks for. */
function admit(parts: VerifyParts, candidate: Candidate, needs: Requirements): MaybePromise<Examined> {
  const { owner, grants } = candidate.found.record
  try {
    const authority = resolveAuthority(parts.access, parts.resolveOwner, owner)
    const patterns = patternsOf(parts.access, grants, organizationOf(owner))
    if (!isPromise(authority) && !isPromise(patterns)) return permit(parts, candidate, needs, authority, patterns)
    return Promise.all([authority, patterns]).then(
      ([known, all]) => permit(parts, candidate, needs, known, all),
      ownerFault,
    )
  } catch (cause) {
    return ownerFault(cause)
  }
}

function permit(
  parts: VerifyParts,
  { found, token, use, limited }: Candidate,
  needs: Requirements,
  authority: OwnerRights | null,
  patterns: readonly string[],
): MaybePromise<Examined> {
  const { access } = parts
  const { record, now } = found
  if (authority === null) return ended(found, { code: 'owner_inactive', keyId: record.id }, limited)
  const granted = grantedRights(access, patterns)
  const principal = createPrincipal({ access, record, view: () => toKey(record, now), token, granted, authority })
  const decided = (refusal: Refusal | null): Examined => {
    if (refusal !== null) return ended(found, refusal, limited)
    return { verdict: { ok: true, principal, rateLimits: limited?.states ?? noStates }, found, use, triedId: null }
  }
  const lacking = findLacking(parts, principal, record.id, needs)
  return isPromise(lacking) ? lacking.then(decided) : decided(lacking)
}

const noStates: readonly RateLimitState[] = /* @__PURE__ */ Object.freeze([])

/** @param limits - What the limiter said, where it was asked: the client is told what is left. */
function ended(found: Found | null, refusal: Refusal, limits: Pick<RateLimitDenial, 'states'> | null = null): Examined {
  return { verdict: refuse(refusal, limits?.states), found, use: null, triedId: null }
}

function failedAttempt(found: Found | null, { id }: Credential): Examined {
  const keyId = found?.record.id ?? null
  const refusal: Refusal = { code: 'api_key_invalid', reason: found === null ? 'unknown' : 'secret', keyId }
  // Foreign tokens that find no key have no id in common: they are not attempts at one.
  return { verdict: refuse(refusal), found, use: null, triedId: keyId ?? id }
}

/** The refusal of a principal that lacks what the request asks for; `null`: it has all of it. */
function findLacking(
  { access }: VerifyParts,
  principal: Principal,
  keyId: string,
  needs: Requirements,
): MaybePromise<Refusal | null> {
  const { scopes: required, anyOf, resource } = needs
  if (required.length === 0 && anyOf === null) return null
  if (resource !== null) return findLackingOn(access, principal, keyId, needs)
  const { allows } = principal
  if (!required.every(allows)) {
    return lackingScopes(keyId, needs, { missing: required.filter((scope) => !allows(scope)), resource: null })
  }
  if (anyOf === null || anyOf.some(allows)) return null
  return lackingScopes(keyId, needs, { missing: [], anyOf, resource: null })
}

/** The same, for a request about a resource. */
async function findLackingOn(
  access: Access,
  principal: Principal,
  keyId: string,
  needs: Requirements,
): Promise<Refusal | null> {
  const { scopes: required, anyOf, resource: askResource } = needs
  const resource = await Promise.resolve().then(askResource).catch(resourceFault)
  const allows = (scope: string) => isAllowed(access, principal, scope, resource)
  try {
    const missing: string[] = []
    for (const scope of required) if (!(await allows(scope))) missing.push(scope)
    if (missing.length > 0) return lackingScopes(keyId, needs, { missing, resource })
    if (anyOf === null) return null
    for (const scope of anyOf) if (await allows(scope)) return null
    return lackingScopes(keyId, needs, { missing: [], anyOf, resource })
  } catch (cause) {
    return ownerFault(cause)
  }
}

function lackingScopes(
  keyId: string,
  { scopes: required }: Requirements,
  more: {
    readonly missing: readonly string[]
    readonly anyOf?: readonly string[]
    readonly resource: ResourceRef | null
  },
): Refusal {
  return { code: 'insufficient_scope', keyId, required, ...more }
}
