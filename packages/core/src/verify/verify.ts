import { isIPv4 } from 'node:net'
import {
  type Access,
  allowsGlobally,
  createPrincipal,
  grantedRights,
  isAllowed,
  type Principal,
  type PrincipalParts,
} from '../access/index.js'
import { isChild, recognizeCredential } from '../child-token/index.js'
import { type Credential, type HashInput, Secret } from '../crypto/index.js'
import { matchChild, narrowParts } from '../delegates/index.js'
import { InvalidInput, WrongPepper } from '../errors/index.js'
import { allowsIp, ipNetwork } from '../ip/index.js'
import type { Attempt, RateLimitDenial, RateLimitState, RateLimitVerdict, TooManyFailures } from '../limits/index.js'
import { useOf } from '../rates/index.js'
import { type Found, organizationOf, toKey } from '../store/index.js'
import { isPromise, type MaybePromise } from '../values/index.js'
import { type Refusal, type Requirements, refuse, tooMany, type Verdict } from '../verdict/index.js'
import { charge, giveBackLate } from './charge.js'
import { conclude, type Examined, refused } from './conclude.js'
import type { Candidate, Compared, TokenMatch } from './examination.js'
import { fault, refusalOfFault } from './fault.js'
import { findKey, importedId } from './find-key.js'
import { matchToken } from './match-token.js'
import type { OwnerRights } from './owner-authority.js'
import type { VerifyParts } from './parts.js'
import { refuseInactive } from './refuse-inactive.js'
import { refuseUnproven } from './refuse-unproven.js'
import { rehash } from './rehash.js'
import { patternsOf, resolveAuthority } from './resolve-owner.js'

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
 * Verifies a presented text: any text gives a verdict, and no text makes it throw. What is known at once is no promise.
 *
 * @throws {@link InvalidInput} for a `Secret`, whose text was forgotten.
 */
export function verifyToken(parts: VerifyParts, text: unknown, needs: Requirements): MaybePromise<Verdict> {
  if (text instanceof Secret) {
    const message = 'text must be a string, not a Secret: call reveal() on it, keyring.verify(token.reveal()).'
    throw new InvalidInput('text', 'a string', message)
  }
  if (typeof text !== 'string' || text === '') return refused(parts, needs, { code: 'api_key_missing' })
  const recognized = recognizeCredential(text, parts.format)
  if (recognized.ok) return verifyCredential(parts, recognized, needs, parts.verifyTimeoutMs)
  return refused(parts, needs, { code: 'api_key_invalid', reason: recognized.reason, keyId: null })
}

/**
 * Verifies a credential that was read already: the one way of every request. One read by primary key, no write.
 *
 * What cannot be known is refused as `auth_unavailable`, never passed and never called a bad key. Never throws.
 *
 * @param timeoutMs - How long it may take, the host's answers included.
 */
export function verifyCredential(
  parts: VerifyParts,
  credential: Credential,
  needs: Requirements,
  timeoutMs: number,
): MaybePromise<Verdict> {
  try {
    const examined = examine(parts, credential, needs, timeoutMs)
    // What is known at once has no deadline to keep.
    return isPromise(examined) ? inTime(parts, needs, examined, timeoutMs) : conclude(parts, needs, examined)
  } catch (cause) {
    return refused(parts, needs, refusalOfFault(cause))
  }
}

async function inTime(
  parts: VerifyParts,
  needs: Requirements,
  examining: Promise<Examined>,
  timeoutMs: number,
): Promise<Verdict> {
  try {
    return conclude(parts, needs, await parts.deadlines.race(timeoutMs, examining))
  } catch (cause) {
    parts.background(giveBackLate(parts, examining))
    return refused(parts, needs, refusalOfFault(cause))
  }
}

/** Finds the key of a credential, and tells what may be done with it. */
function examine(
  parts: VerifyParts,
  credential: Credential,
  needs: Requirements,
  timeoutMs: number,
): MaybePromise<Examined> {
  const reserving = parts.failedAttempts.reserve(needs.ip, timeoutMs)
  return isPromise(reserving)
    ? reserving.then(examineReserved.bind(null, parts, credential, needs), limitsFault)
    : examineReserved(parts, credential, needs, reserving)
}

/** @param attempt - `null`: failed attempts are not counted. */
function examineReserved(
  parts: VerifyParts,
  credential: Credential,
  needs: Requirements,
  attempt: Attempt | TooManyFailures | null,
): MaybePromise<Examined> {
  if (attempt?.reserved === false) return ended(null, tooMany(attempt.denial, null), attempt.denial)
  const compared = compareCounted(parts, credential, needs.ip, attempt)
  return isPromise(compared)
    ? compared.then(judge.bind(null, parts, credential, needs))
    : judge(parts, credential, needs, compared)
}

function compareCounted(
  parts: VerifyParts,
  credential: Credential,
  ip: string | null,
  attempt: Attempt | null,
): MaybePromise<Compared> {
  if (attempt === null) return compare(parts, credential, ip)
  let compared: MaybePromise<Compared>
  try {
    compared = compare(parts, credential, ip)
  } catch (cause) {
    compared = Promise.reject(cause)
  }
  if (isPromise(compared)) return settled(attempt, compared)
  attempt.settle(compared.match.outcome === 'mismatch')
  return compared
}

/**
 * Settles an attempt by what it turned out to be, also where that shows only after the deadline: a guess that nobody waits for
 * any more was a guess. An outage is no fault of the client, who learnt nothing by it.
 */
async function settled(attempt: Attempt, comparing: Promise<Compared>): Promise<Compared> {
  let failed = false
  try {
    const compared = await comparing
    failed = compared.match.outcome === 'mismatch'
    return compared
  } finally {
    attempt.settle(failed)
  }
}

function compare(parts: VerifyParts, credential: Credential, ip: string | null): MaybePromise<Compared> {
  const finding = findKey(parts, credential)
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
  try {
    if (isChild(credential)) return { found, match: matchChild(parts.delegates, found, credential) }
    const matching = matchToken(parts, found, presented(credential, ip))
    return isPromise(matching) ? matchLater(found, matching) : { found, match: matching }
  } catch (cause) {
    return hashFault(cause)
  }
}

async function matchLater(found: Found | null, matching: Promise<TokenMatch>): Promise<Compared> {
  return { found, match: await matching.catch(hashFault) }
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
  const child = match.outcome === 'delegate' ? match : null
  const outcome = child?.of ?? match.outcome
  if (outcome !== 'current' && outcome !== 'previous' && outcome !== 'superseded') {
    return hashFault(new Error(`The stored hash of key ${record.id} cannot be used.`))
  }
  const inactive = refuseInactive(parts, found, match, needs)
  if (inactive !== null) return ended(found, inactive)
  if (match.outcome === 'current' && match.stale) rehash(parts, record, credential.token)
  if (record.ipAllowList !== null && !allowsIp(record.ipAllowList, needs.ip)) {
    return ended(found, { code: 'api_key_not_allowed_here', reason: 'ip', keyId: record.id })
  }
  const token = outcome === 'previous' ? 'previous' : 'current'
  const asksProof = record.binding !== null || needs.proof?.scheme === 'dpop'
  return asksProof
    ? limitProven(parts, found, token, child, needs, refuseUnproven(parts, found, credential.token, needs))
    : limit(parts, found, token, child, needs)
}

/** A request that proves nothing uses up no limit: whoever stole a token cannot shut out its holder. */
async function limitProven(
  parts: VerifyParts,
  found: Found,
  token: Principal['token'],
  child: Candidate['child'],
  needs: Requirements,
  proving: Promise<Refusal | null>,
): Promise<Examined> {
  const refusal = await proving
  return refusal === null ? limit(parts, found, token, child, needs) : ended(found, refusal)
}

function limit(
  parts: VerifyParts,
  found: Found,
  token: Principal['token'],
  child: Candidate['child'],
  needs: Requirements,
): MaybePromise<Examined> {
  const use = useOf(parts, found.record, needs)
  if (use.verdict === null) return admit(parts, { found, token, child, use, limited: null }, needs)
  return admitLimited(parts, { found, token, child, use }, needs, use.verdict)
}

async function admitLimited(
  parts: VerifyParts,
  candidate: Omit<Candidate, 'limited'>,
  needs: Requirements,
  asking: Promise<RateLimitVerdict | null>,
): Promise<Examined> {
  const limited = await asking.catch(limitsFault)
  const { found } = candidate
  if (limited?.admitted === false) return ended(found, tooMany(limited, found.record.id), limited)
  return admit(parts, { ...candidate, limited }, needs)
}

/** A token that is presented, for a hasher. Only a slow one asks from where it came, so that is made out when it asks. */
function presented({ id, token }: Credential, ip: string | null): HashInput {
  const own = id ?? importedId
  return ip === null || isIPv4(ip) ? { id: own, token, network: ip } : presentedFrom(own, token, ip)
}

function presentedFrom(id: string, token: string, ip: string): HashInput {
  // A field of the object itself, which a copy of it has as well.
  return {
    id,
    token,
    get network() {
      return ipNetwork(ip)
    },
  }
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
  candidate: Candidate,
  needs: Requirements,
  authority: OwnerRights | null,
  patterns: readonly string[],
): MaybePromise<Examined> {
  const { found, token, child, limited } = candidate
  if (authority === null) return ended(found, { code: 'owner_inactive', keyId: found.record.id }, limited)
  const granted = grantedRights(parts.access, patterns)
  const { record, now } = found
  const held = narrowParts({ access: parts.access, record, now, view: toKey, token, granted, authority }, child)
  const principal = createPrincipal(held)
  const lacking = findLacking(held, principal, needs)
  return isPromise(lacking)
    ? lacking.then(permitted.bind(null, parts, candidate, needs.cost, held, principal))
    : permitted(parts, candidate, needs.cost, held, principal, lacking)
}

/** Budgets come last: a request that is refused for anything else has cost nothing. */
function permitted(
  parts: VerifyParts,
  { found, use, limited }: Candidate,
  cost: number,
  held: PrincipalParts,
  principal: Principal,
  lacking: Refusal | null,
): MaybePromise<Examined> {
  if (lacking !== null) return ended(found, lacking, limited)
  const spending = parts.spender.take(use, held, cost)
  if (spending !== null) return charge(parts, { found, use, limited, held, principal }, spending)
  return { verdict: { ok: true, principal, rateLimits: limited?.states ?? noStates }, found, use, triedId: null }
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
function findLacking(held: PrincipalParts, principal: Principal, needs: Requirements): MaybePromise<Refusal | null> {
  const { scopes: required, anyOf, resource } = needs
  if (required.length === 0 && anyOf === null) return null
  const keyId = held.record.id
  if (resource !== null) return findLackingOn(held.access, principal, keyId, needs)
  if (!allowsAll(held, required)) {
    return lackingScopes(keyId, needs, { missing: missingOf(held, required), resource: null })
  }
  if (anyOf === null || missingOf(held, anyOf).length < anyOf.length) return null
  return lackingScopes(keyId, needs, { missing: [], anyOf, resource: null })
}

function allowsAll(held: PrincipalParts, scopes: readonly string[]): boolean {
  // By index, as in the other loops of each request: V8 makes an object for each item of a frozen list otherwise.
  for (let at = 0; at < scopes.length; at += 1) if (!allowsGlobally(held, scopes[at] ?? '')) return false
  return true
}

function missingOf(held: PrincipalParts, scopes: readonly string[]): readonly string[] {
  return scopes.filter((scope) => !allowsGlobally(held, scope))
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

type Lacking = Extract<Refusal, { readonly code: 'insufficient_scope' }>

function lackingScopes(
  keyId: string,
  { scopes: required }: Requirements,
  more: Pick<Lacking, 'missing' | 'anyOf' | 'resource'>,
): Refusal {
  return { code: 'insufficient_scope', keyId, required, ...more }
}
