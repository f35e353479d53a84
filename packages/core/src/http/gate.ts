import { type Access, type LevelsOf, type Principal, requireScopes, type ScopeOf } from '../access/index.js'
import { InvalidOptions } from '../errors/index.js'
import type { RateLimitState } from '../limits/index.js'
import { DeadlineExceeded, withDeadline } from '../service/deadline.js'
import type { Keyring, KeyringEvent, Refusal, Verdict } from '../service/index.js'
import type { ResourceRef } from '../values/index.js'
import { clientIp, readTrustedProxies } from './client-ip.js'
import { outcomes } from './outcome.js'
import { rateLimitFields } from './rate-limit-fields.js'
import { type CredentialReading, type CredentialSource, readCredential } from './read-credential.js'
import { type Reply, replyTo } from './reply.js'

type ResourceOf<A extends Access> = ResourceRef<keyof LevelsOf<A> & string>

/** Options of {@link createGate}. */
export interface GateOptions<A extends Access = Access, R = GateRequest> {
  /** All of these must be allowed. @defaultValue none: any live key passes */
  readonly scopes?: readonly ScopeOf<A>[] | undefined
  /** The resource that a request is about; needed where `scopes` holds a resource scope. */
  readonly resource?: ((request: R) => ResourceOf<A> | null | Promise<ResourceOf<A> | null>) | undefined
  /** The realm of challenges. @defaultValue 'api' */
  readonly realm?: string | undefined
  /**
   * Addresses and CIDR ranges of the proxies before this server, whose `X-Forwarded-For` is believed (HTTP-15).
   * @defaultValue none: the client is at the other end of the socket
   */
  readonly trustedProxies?: readonly string[] | undefined
  /** How long the decision may take before the request is refused with 503. @defaultValue 5000 */
  readonly timeoutMs?: number | undefined
}

/** A request, as far as a gate looks at it. */
export interface GateRequest {
  /** Every field line as it came, unjoined: duplicates must be seen to be refused (HTTP-3). */
  readonly fields: readonly (readonly [string, string])[]
  /** The request target, with its query. */
  readonly url: string
  /** The address at the other end of the socket. @defaultValue unknown: keys that are bound to addresses are refused */
  readonly remoteAddress?: string | undefined
}

/** The answer for an HTTP request: a principal for the handler, or the whole reply to send in its place. */
export type GateVerdict<A extends Access = Access> =
  | {
      readonly ok: true
      readonly principal: Principal<A>
      /**
       * What the answer must say beside the handler's own words: an adapter adds `Vary` to what is there, and sets any other
       * field before the handler runs, if nothing has set it yet (HTTP-11).
       */
      readonly headers: Readonly<Record<string, string>>
    }
  | { readonly ok: false; readonly refusal: Refusal; readonly reply: Reply }

/** Decides about one request; `original` is what the `resource` option is given. Never rejects. */
export type Gate<A extends Access = Access, R = GateRequest> = (
  request: GateRequest,
  original: R,
) => Promise<GateVerdict<A>>

/**
 * Makes a gate: reads the credential, verifies it and checks the scopes of one route. All that an adapter has left to do is
 * to move the answer.
 *
 * @throws InvalidOptions or ScopeUnknown at start-up: an unknown, wildcard or empty list of scopes, or a resource scope
 * without `resource` (SCOPE-8).
 */
export function createGate<A extends Access, R = GateRequest>(
  keyring: Keyring<A>,
  options: GateOptions<A, R> = {},
): Gate<A, R> {
  const { resource, realm = 'api', timeoutMs = 5_000 } = options
  if (typeof keyring?.verify !== 'function') throw new InvalidOptions('keyring', 'what createKeyring returned')
  const scopes = options.scopes === undefined ? undefined : requireNames(keyring.access, options.scopes)
  const needsResource = scopes?.find((scope) => keyring.access.resourceScopes.has(scope))
  if (needsResource !== undefined && resource === undefined) {
    throw new InvalidOptions('resource', `a function of the request: ${needsResource} is only allowed on a resource`)
  }
  if (resource !== undefined && typeof resource !== 'function') {
    throw new InvalidOptions('resource', 'a function of the request')
  }
  if (typeof realm !== 'string') throw new InvalidOptions('realm', 'a text')
  if (!Number.isSafeInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > 60_000) {
    throw new InvalidOptions('timeoutMs', 'whole milliseconds from 1 to 60000')
  }

  const trustedProxies = readTrustedProxies(options.trustedProxies)

  const verify = async (token: string, request: GateRequest, original: R): Promise<Verdict<A>> => {
    const ip = clientIp({ remoteAddress: request.remoteAddress, fields: request.fields }, trustedProxies)
    // Guards that stand one behind the other see the same object: together they are one use.
    const use = { ip, ...(typeof original === 'object' && original !== null ? { request: original } : {}) }
    if (scopes === undefined) return keyring.verify(token, use)
    if (resource === undefined) return keyring.verify(token, { ...use, scopes })
    // No resource is a resource that nobody may touch, not a request without one.
    const none = { type: '', id: '' } as ResourceOf<A> // no type of the model, so that it matches none
    return keyring.verify(token, { ...use, scopes, resource: (await resource(original)) ?? none })
  }

  const refused = (refusal: Refusal, rateLimits: readonly RateLimitState[] = []): GateVerdict<A> => {
    const reply = replyTo(refusal, { realm })
    return { ok: false, refusal, reply: { ...reply, headers: { ...reply.headers, ...rateLimitFields(rateLimits) } } }
  }

  const decide = async (request: GateRequest, original: R): Promise<GateVerdict<A>> => {
    const reading = readCredential(request, keyring.format)
    if (reading.verdict !== 'candidate') {
      for (const event of eventsOf(reading)) keyring.notify(event)
      return refused(refusalOf(reading))
    }
    const verdict = await verify(reading.token, request, original)
    if (!isVerdict(verdict)) throw new TypeError('The keyring gave no verdict')
    if (!verdict.ok) return refused(verdict.refusal, verdict.rateLimits)
    const headers = { ...headersFor(reading.source), ...rateLimitFields(verdict.rateLimits ?? []) }
    return { ok: true, principal: verdict.principal, headers }
  }

  return async (request, original) => {
    try {
      return await withDeadline(decide(request, original), timeoutMs)
    } catch (cause) {
      // What hangs, throws or is no verdict is an outage, never a pass (ADP-1). The host hears of it here alone.
      const reason = cause instanceof DeadlineExceeded ? 'timeout' : 'keyring'
      keyring.notify({ type: 'keyring.unavailable', reason, error: cause })
      return refused({ code: 'auth_unavailable', reason, cause })
    }
  }
}

/** A copy: what the caller does to the list later must not open a route. */
function requireNames<A extends Access>(access: A, scopes: readonly ScopeOf<A>[]): readonly ScopeOf<A>[] {
  return requireScopes(access, scopes, 'scopes') as readonly ScopeOf<A>[] // the same names, checked
}

/** Types do not bind a wrapped or mocked keyring; a principal is handed on only from what surely is a pass. */
function isVerdict(verdict: Verdict | undefined): boolean {
  if (verdict?.ok === true) return typeof verdict.principal?.allows === 'function'
  return verdict?.ok === false && Object.hasOwn(outcomes, verdict.refusal?.code)
}

function refusalOf(reading: Exclude<CredentialReading, { verdict: 'candidate' }>): Refusal {
  if (reading.verdict === 'none') return { code: 'api_key_missing' }
  if (reading.verdict === 'invalid_request') return { code: 'api_key_malformed', reason: reading.reason }
  return { code: 'api_key_invalid', reason: reading.reason, keyId: null }
}

/** What the host should hear of a credential that never reached the keyring. */
function eventsOf(reading: Exclude<CredentialReading, { verdict: 'candidate' }>): readonly KeyringEvent[] {
  if (reading.verdict === 'none') return []
  const { code } = refusalOf(reading)
  const keyId = reading.verdict === 'invalid_request' ? (reading.exposedKeyId ?? null) : null
  const failed: KeyringEvent = { type: 'api_key.verify_failed', code, reason: reading.reason, keyId }
  return reading.reason === 'key_in_url' ? [{ type: 'api_key.exposed_in_url', keyId }, failed] : [failed]
}

/** Shared caches know that `Authorization` makes an answer private; of `X-API-Key` they must be told (HTTP-11). */
function headersFor(source: CredentialSource): Readonly<Record<string, string>> {
  return source === 'x-api-key' ? { Vary: 'X-API-Key', 'Cache-Control': 'private' } : {}
}
