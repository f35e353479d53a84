import type { Access, Principal } from '../access/index.js'
import { credentialReader } from '../credential/index.js'
import { adapterOf, type Keyring, type KeyringDoor } from '../keyring/index.js'
import { isPromise, type MaybePromise } from '../values/index.js'
import type { Requirements, Verdict } from '../verdict/index.js'
import { clientIp, normalIp } from './client-ip.js'
import { type Candidate, eventsOf, type NoCandidate, passageEvents, refusalOf } from './early-refusal.js'
import { headersOf, refused, withoutKey } from './gate-answers.js'
import { namer, tell } from './gate-facts.js'
import { type GateOptions, type GateTerms, parseGateOptions } from './gate-options.js'
import type { GateRequest } from './gate-request.js'
import type { Gate, GatePrincipal, GateSetting, GateVerdict, MoreUnits } from './gate-verdict.js'
import { presentingOf } from './presenting-of.js'
import { passageOf } from './require-https.js'
import { statusTable } from './status-table.js'
import { requireTrusts } from './trusted-proxies.js'

/**
 * Creates a gate for one route. It reads the credential of a request, verifies it and checks the scopes. An adapter only passes
 * requests in and replies out.
 *
 * @throws {@link InvalidOptions} when an option is malformed: for example, a list of scopes is empty or has a wildcard, or
 * `resource` is missing for a resource scope.
 * @throws {@link ScopeUnknown} when a scope is not in the catalog.
 *
 * @example
 * ```ts
 * import { nodeRequest, sendReply } from '@keywright/core/adapter'
 * const gate = createGate(keyring, { scopes: ['members.read'] })
 * const server = createServer(async (req, res) => {
 *   const request = nodeRequest(req, req.url ?? '/')
 *   const verdict = await gate(request, request)
 *   if (verdict.ok) res.end(`Hello, ${verdict.principal.key.name}`)
 *   else sendReply(res, verdict.reply)
 * })
 * ```
 */
export function createGate<A extends Access, R = GateRequest, O extends boolean = false>(
  keyring: Keyring<A>,
  options: GateOptions<A, R, O> = {},
): Gate<GatePrincipal<A, O>, R> {
  return gateFor(keyring, options, { hasFallback: false })
}

/** Does the work of {@link createGate}, for adapters. */
export function gateFor<A extends Access, R, O extends boolean>(
  keyring: Keyring<A>,
  options: GateOptions<A, R, O>,
  setting: GateSetting,
): Gate<GatePrincipal<A, O>, R> {
  const door = adapterOf(keyring)
  const terms = parseGateOptions(keyring.access, options, door.verifyTimeoutMs, setting)
  const dpop = door.proofs.kinds.has('dpop')
  const read = credentialReader({ ...door.format, headers: terms.headers, dpop })
  return async (request, original) => {
    try {
      const deciding = decide(door, terms, setting, read, request, original)
      const verdict = isPromise(deciding) ? await deciding : deciding
      return verdict as GateVerdict<GatePrincipal<A, O>> // the principal can only be `null` if `optional`, and so O, is true
    } catch (cause) {
      // An error is an outage, never a pass. Nothing else reports it to the host.
      door.notify({ type: 'keyring.unavailable', reason: 'keyring', error: cause })
      return refused(terms, { code: 'auth_unavailable', reason: 'keyring', cause })
    }
  }
}

function decide<A extends Access, R>(
  door: KeyringDoor,
  terms: GateTerms<A, R>,
  { hasFallback, cost: usual = 1 }: GateSetting,
  read: ReturnType<typeof credentialReader>,
  request: GateRequest,
  original: R,
): MaybePromise<GateVerdict<Principal | null>> {
  const trusts = terms.trusts ?? requireTrusts(request)
  const reading = read(request)
  if (reading.verdict === 'none' && terms.optional) return withoutKey(terms)
  if (reading.verdict !== 'candidate') {
    const keyPresented = !isForOtherLogin(reading)
    if (keyPresented || !hasFallback) tell(door, terms, request, original, eventsOf(reading))
    if ('exposedKeyId' in reading) door.exposed({ url: request.url }, clientIp(request, trusts))
    return refused(terms, refusalOf(reading), { keyPresented })
  }
  const passage = terms.requireHttps ? passageOf(request, trusts) : 'private'
  if (passage !== 'private') {
    tell(door, terms, request, original, passageEvents(passage, reading.id))
    if (passage === 'in_clear') door.exposed({ token: reading.token }, clientIp(request, trusts))
    if (passage === 'in_clear') return refused(terms, { code: 'api_key_sent_in_clear', keyId: reading.id })
    door.warnOfProxy(normalIp(request.remoteAddress))
    return refused(terms, { code: 'auth_unavailable', reason: 'proxy', cause: null })
  }
  const needs: Requirements = {
    scopes: terms.scopes,
    anyOf: terms.anyOf,
    resource: terms.resource?.bind(null, original) ?? null,
    ip: clientIp(request, trusts),
    proof: door.proofs.kinds.size === 0 ? null : presentingOf(door.proofs, request, trusts, reading.source),
    cost: costOf(terms, original, usual),
    countUsage: true,
    // Two guards on the same route receive the same object. Their usage counts once.
    request: typeof original === 'object' ? original : null,
    requestId: namer(terms, original, door.format),
  }
  const verifying = door.verify(reading, needs, terms.timeoutMs)
  return isPromise(verifying)
    ? verifying.then((answer<A, R>).bind(null, door, terms, reading, needs))
    : answer(door, terms, reading, needs, verifying)
}

/** What a function of the host says of a request must not be less than nothing: it would give back. */
function costOf<A extends Access, R>({ cost }: GateTerms<A, R>, original: R, usual: number): number {
  if (typeof cost !== 'function') return cost ?? usual
  const units: unknown = cost(original)
  if (typeof units === 'number' && Number.isSafeInteger(units) && units >= 0) return units
  throw new TypeError('cost must answer a whole number, 0 or more')
}

/** Answers a request by what the keyring says of its key. */
function answer<A extends Access, R>(
  door: KeyringDoor,
  terms: GateTerms<A, R>,
  reading: Candidate,
  needs: Requirements,
  given: Verdict | undefined,
): GateVerdict<Principal> {
  const verdict = requireVerdict(given)
  if (!verdict.ok) return refused(terms, verdict.refusal, { rateLimits: verdict.rateLimits })
  return {
    ok: true,
    principal: verdict.principal,
    headers: headersOf(door, terms, reading.source, verdict.rateLimits),
    limited: verdict.rateLimits.length > 0 || verdict.budgets !== undefined,
    again: verifyAgain.bind(null, door, reading, needs, terms.timeoutMs),
  }
}

/** Verifies the credential of a request that passed once more, for more units. */
async function verifyAgain(
  door: KeyringDoor,
  reading: Candidate,
  needs: Requirements,
  timeoutMs: number,
  units: MoreUnits,
): Promise<Verdict> {
  return door.verify(reading, { ...needs, ...units, scopes: [], anyOf: null, resource: null, request: null }, timeoutMs)
}

/** The last check before a handler runs: passes on a principal only from a verdict that has the right form. */
function requireVerdict(verdict: Verdict | undefined): Verdict {
  if (verdict?.ok === true && typeof verdict.principal?.allows === 'function') return verdict
  if (verdict?.ok === false && Object.hasOwn(statusTable, verdict.refusal?.code)) return verdict
  throw new TypeError('The keyring gave no verdict.')
}

/** Tests whether the request has no credential that could be one of our keys. */
function isForOtherLogin(reading: NoCandidate): boolean {
  return reading.verdict === 'none' || (reading.verdict === 'invalid_token' && reading.isForeign === true)
}
