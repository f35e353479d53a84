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
import { allowsAny, readAnyOf } from './require-any.js'
import { cameOverHttps, readRequireHttps } from './require-https.js'

type ResourceOf<A extends Access> = ResourceRef<keyof LevelsOf<A> & string>

/** Options of {@link createGate}. */
export interface GateOptions<A extends Access = Access, R = GateRequest, O extends boolean = false> {
  /** All of these must be allowed. @defaultValue none: any live key passes */
  readonly scopes?: readonly ScopeOf<A>[] | undefined
  /** At least one of these must be allowed, beside all of `scopes`. @defaultValue none */
  readonly anyOf?: readonly ScopeOf<A>[] | undefined
  /**
   * Lets a request without any credential pass, with `null` for its principal. A bad credential is refused all the same.
   * @defaultValue false
   */
  readonly optional?: O | undefined
  /** The resource that a request is about; needed where `scopes` or `anyOf` holds a resource scope. */
  readonly resource?: ((request: R) => ResourceOf<A> | null | Promise<ResourceOf<A> | null>) | undefined
  /** The realm of challenges. @defaultValue 'api' */
  readonly realm?: string | undefined
  /**
   * Addresses and CIDR ranges of the proxies before this server, whose `X-Forwarded-For` and `X-Forwarded-Proto` are
   * believed (HTTP-15). @defaultValue none: the client is at the other end of the socket
   */
  readonly trustedProxies?: readonly string[] | undefined
  /**
   * Refuses a key that came over plain HTTP with 403 `api_key_sent_in_clear`, unread, and tells the host (HTTP-14). Behind a
   * proxy that ends TLS, name it in `trustedProxies`. @defaultValue whether NODE_ENV is 'production'
   */
  readonly requireHttps?: boolean | undefined
  /**
   * Whether another login is asked where no key was presented, so that a token of its own is no failure to tell the host of.
   * Adapters set it where there is an `orElse`. @defaultValue false
   */
  readonly handsOver?: boolean | undefined
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
  /** Whether the connection to this server is encrypted. @defaultValue unknown, which counts as not */
  readonly encrypted?: boolean | undefined
}

/** Who gets past a gate: `null` is a request without a key, and only where the gate is `optional`. */
export type GatePrincipal<A extends Access, O extends boolean> = Principal<A> | (O extends true ? null : never)

/** Why a gate refuses: as the keyring does, or for what only a gate can see. */
export type GateRefusal =
  | Refusal
  | { readonly code: 'api_key_sent_in_clear'; readonly keyId: string | null }
  | (Extract<Refusal, { readonly code: 'insufficient_scope' }> & {
      /** One of these is needed, and the principal has none. */
      readonly anyOf: readonly string[]
    })

/** The answer for an HTTP request: a principal for the handler, or the whole reply to send in its place. */
export type GateVerdict<A extends Access = Access, O extends boolean = false> =
  | {
      readonly ok: true
      readonly principal: GatePrincipal<A, O>
      /**
       * What the answer must say beside the handler's own words: an adapter adds `Vary` to what is there, and sets any other
       * field before the handler runs, if nothing has set it yet (HTTP-11).
       */
      readonly headers: Readonly<Record<string, string>>
    }
  | {
      readonly ok: false
      readonly refusal: GateRefusal
      readonly reply: Reply
      /** `false`: nothing was, or a bearer token that is none of ours. Only then may another login be asked. */
      readonly keyPresented: boolean
    }

/** Decides about one request; `original` is what the `resource` option is given. Never rejects. */
export type Gate<A extends Access = Access, R = GateRequest, O extends boolean = false> = (
  request: GateRequest,
  original: R,
) => Promise<GateVerdict<A, O>>

/**
 * Makes a gate: reads the credential, verifies it and checks the scopes of one route. All that an adapter has left to do is
 * to move the answer.
 *
 * @throws InvalidOptions or ScopeUnknown at start-up: an unknown, wildcard or empty list of scopes, or a resource scope
 * without `resource` (SCOPE-8).
 */
export function createGate<A extends Access, R = GateRequest, O extends boolean = false>(
  keyring: Keyring<A>,
  options: GateOptions<A, R, O> = {},
): Gate<A, R, O> {
  const { resource, realm = 'api', timeoutMs = 5_000, handsOver = false } = options
  const optional: boolean = options.optional ?? false
  if (typeof keyring?.verify !== 'function') throw new InvalidOptions('keyring', 'what createKeyring returned')
  const scopes = options.scopes === undefined ? undefined : requireNames(keyring.access, options.scopes)
  const anyOf = readAnyOf(keyring.access, options.anyOf)
  const named = [...(scopes ?? []), ...(anyOf ?? [])]
  const needsResource = named.find((scope) => keyring.access.resourceScopes.has(scope))
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
  if (typeof optional !== 'boolean') throw new InvalidOptions('optional', 'a boolean')

  const trustedProxies = readTrustedProxies(options.trustedProxies)
  const requireHttps = readRequireHttps(options.requireHttps)

  const resourceOf = async (original: R): Promise<ResourceOf<A> | null> => {
    if (resource === undefined || named.length === 0) return null
    // No resource is a resource that nobody may touch, not a request without one.
    const none = { type: '', id: '' } as ResourceOf<A> // no type of the model, so that it matches none
    return (await resource(original)) ?? none
  }

  const verify = async (
    token: string,
    request: GateRequest,
    original: R,
    on: ResourceOf<A> | null,
  ): Promise<Verdict<A>> => {
    const ip = clientIp({ remoteAddress: request.remoteAddress, fields: request.fields }, trustedProxies)
    // Guards that stand one behind the other see the same object: together they are one use.
    const use = { ip, ...(typeof original === 'object' && original !== null ? { request: original } : {}) }
    if (scopes === undefined) return keyring.verify(token, use)
    return keyring.verify(token, { ...use, scopes, ...(on === null ? {} : { resource: on }) })
  }

  const refused = (
    refusal: GateRefusal,
    rateLimits: readonly RateLimitState[] = [],
    keyPresented = true,
  ): GateVerdict<A, never> => {
    const reply = replyTo(refusal, { realm })
    const headers = { ...reply.headers, ...rateLimitFields(rateLimits) }
    return { ok: false, refusal, reply: { ...reply, headers }, keyPresented }
  }

  const decide = async (request: GateRequest, original: R): Promise<GateVerdict<A, true>> => {
    const reading = readCredential(request, keyring.format)
    if (reading.verdict === 'none' && optional) return { ok: true, principal: null, headers: WITHOUT_KEY }
    if (reading.verdict !== 'candidate') {
      const keyPresented = !isOfAnother(reading)
      if (keyPresented || !handsOver) for (const event of eventsOf(reading)) keyring.notify(event)
      return refused(refusalOf(reading), [], keyPresented)
    }
    if (requireHttps && !cameOverHttps(request, trustedProxies)) {
      for (const event of inClearEvents(reading.id)) keyring.notify(event)
      return refused({ code: 'api_key_sent_in_clear', keyId: reading.id })
    }
    const on = await resourceOf(original)
    const verdict = await verify(reading.token, request, original, on)
    if (!isVerdict(verdict)) throw new TypeError('The keyring gave no verdict')
    if (!verdict.ok) return refused(verdict.refusal, verdict.rateLimits)
    const { principal, rateLimits = [] } = verdict
    if (anyOf !== undefined && !(await allowsAny(keyring.access, principal, anyOf, on))) {
      const keyId = principal.key.id
      keyring.notify({ type: 'api_key.verify_failed', code: 'insufficient_scope', reason: 'anyOf', keyId })
      const lacking = { keyId, required: scopes ?? [], missing: [], anyOf, resource: on }
      return refused({ code: 'insufficient_scope', ...lacking }, rateLimits)
    }
    return { ok: true, principal, headers: { ...headersFor(reading.source), ...rateLimitFields(rateLimits) } }
  }

  return async (request, original) => {
    try {
      const verdict = await withDeadline(decide(request, original), timeoutMs)
      return verdict as GateVerdict<A, O> // `null` passes only where `optional`, which is O, is true
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

/** Whether there is nothing in the request that could be meant for us. */
function isOfAnother(reading: Exclude<CredentialReading, { verdict: 'candidate' }>): boolean {
  return reading.verdict === 'none' || (reading.verdict === 'invalid_token' && reading.isForeign === true)
}

/** What the host should hear of a credential that never reached the keyring. */
function eventsOf(reading: Exclude<CredentialReading, { verdict: 'candidate' }>): readonly KeyringEvent[] {
  if (reading.verdict === 'none') return []
  const { code } = refusalOf(reading)
  const keyId = reading.verdict === 'invalid_request' ? (reading.exposedKeyId ?? null) : null
  const failed: KeyringEvent = { type: 'api_key.verify_failed', code, reason: reading.reason, keyId }
  return reading.reason === 'key_in_url' ? [{ type: 'api_key.exposed_in_url', keyId }, failed] : [failed]
}

function inClearEvents(keyId: string | null): readonly KeyringEvent[] {
  const code = 'api_key_sent_in_clear'
  return [
    { type: 'api_key.sent_in_clear', keyId },
    { type: 'api_key.verify_failed', code, reason: 'in_clear', keyId },
  ]
}

/** The answer for nobody is not the answer for a key: a shared cache must not give one for the other. */
const WITHOUT_KEY: Readonly<Record<string, string>> = { Vary: 'Authorization, X-API-Key' }

/** Shared caches know that `Authorization` makes an answer private; of `X-API-Key` they must be told (HTTP-11). */
function headersFor(source: CredentialSource): Readonly<Record<string, string>> {
  return source === 'x-api-key' ? { Vary: 'X-API-Key', 'Cache-Control': 'private' } : {}
}
