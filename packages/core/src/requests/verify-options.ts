import { type Access, type LevelsOf, parseRequiredScopes, type ScopeOf } from '../access/index.js'
import { checkNames, type NamesOf, wholeNumber } from '../check/index.js'
import type { TokenFormat } from '../crypto/index.js'
import { InvalidInput } from '../errors/index.js'
import { type ProofInput, presentingGiven } from '../proof/index.js'
import type { ResourceRef } from '../values/index.js'
import type { Requirements } from '../verdict/index.js'
import { readRequestId } from '../verify/index.js'

/** What a verification asks of the key. */
export interface VerifyOptions<A extends Access = Access> {
  /** All of these must be allowed. @defaultValue none: any live key passes */
  readonly scopes?: readonly ScopeOf<A>[]
  /** At least one of these must be allowed, beside all of `scopes`. @defaultValue none */
  readonly anyOf?: readonly ScopeOf<A>[]
  /** Where the resource scopes among them must be allowed. */
  readonly resource?: ResourceRef<keyof LevelsOf<A> & string>
  /**
   * The client's address, for keys that may be used from some alone, and for `failureLimit`: with or without a port or a zone.
   * What cannot be read is unknown. @defaultValue unknown
   */
  readonly ip?: string | null | undefined
  /** What came with the token that proves who sends it, for keys that are bound. @defaultValue nothing: they are refused */
  readonly proof?: ProofInput | undefined
  /** Units of the key's rate limits; `0` takes none. @defaultValue 1 */
  readonly cost?: number | undefined
  /**
   * `false` takes units and counts no use: they are more of what was counted before, such as a call that turned out to be
   * costly. @defaultValue true
   */
  readonly countUsage?: boolean | undefined
  /**
   * An object that stands for the request: all verifications with the same one are one use, and take the units of the first.
   */
  readonly request?: object | undefined
  /** Your name for the request, for events: at most 200 characters. @defaultValue none */
  readonly requestId?: string | undefined
}

const verifyNames: NamesOf<VerifyOptions> = {
  scopes: true,
  anyOf: true,
  resource: true,
  ip: true,
  proof: true,
  cost: true,
  countUsage: true,
  request: true,
  requestId: true,
}

/**
 * Reads what `verify` is asked for.
 *
 * @throws InvalidInput, InvalidOptions or ScopeUnknown, naming the field.
 */
export function readRequirements(
  { access, format }: { readonly access: Access; readonly format: TokenFormat },
  options: VerifyOptions,
): Requirements {
  checkNames(options, verifyNames, verifyCheck)
  const { scopes, anyOf, resource, ip = null, cost = 1, countUsage = true, request = null, requestId = null } = options
  if (typeof countUsage !== 'boolean') throw new InvalidInput('countUsage', 'a boolean')
  if (request !== null && typeof request !== 'object') throw new InvalidInput('request', 'an object')
  if (requestId !== null && typeof requestId !== 'string') throw new InvalidInput('requestId', 'a string')
  return {
    scopes: scopes === undefined ? [] : parseRequiredScopes(access, scopes, 'scopes'),
    anyOf: anyOf === undefined ? null : parseRequiredScopes(access, anyOf, 'anyOf'),
    resource: resource === undefined ? null : always(resource),
    ip,
    proof: options.proof === undefined ? null : presentingGiven(options.proof),
    cost: wholeNumber(cost, 'cost', costCheck),
    countUsage,
    request,
    requestId: requestId === null ? noName : readRequestId.bind(null, requestId, format),
  }
}

const verifyCheck = { Invalid: InvalidInput, defined: ['scopes', 'anyOf', 'resource'] } as const
const costCheck = { Invalid: InvalidInput, least: 0 } as const
const noName = () => null

// A function of its own: a call without a resource keeps nothing for it.
function always<T>(value: T): () => T {
  return () => value
}
