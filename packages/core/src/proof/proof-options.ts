import { checkNames, type NamesOf } from '../check/index.js'
import { InvalidOptions } from '../errors/index.js'
import { type RateLimiter, readRateLimiter } from '../limits/index.js'
import { type Bindable, bindable } from './bindable.js'
import type { DpopChecker } from './dpop-checker.js'
import type { Proofs } from './proof-parts.js'
import { makeProofs } from './proofs.js'

/** Which proofs the holders of bound keys may give. */
export interface ProofOptions {
  /**
   * Checks proofs by DPoP (RFC 9449): `dpopProofs({ baseUrls })` of `@keywright/dpop`. That no proof is used twice is remembered by the
   * keyring's `rateLimiter`: several processes need one that they share. @defaultValue no key can be bound by DPoP
   */
  readonly dpop?: DpopChecker | undefined
  /** Believes what trusted proxies say of the client's certificate. @defaultValue no key can be bound to a certificate */
  readonly mtls?: MtlsOptions | undefined
}

/** Where trusted proxies tell which certificate a client has. */
export interface MtlsOptions {
  /**
   * The header in which a guard's `trustedProxies` tell it: the certificate as RFC 9440 writes it, or as PEM with URL escapes, or its
   * SHA-256. Each proxy must remove what a client sends in it. A guard without `trustedProxies` never reads it.
   * @defaultValue 'Client-Cert'
   */
  readonly header?: string | undefined
}

/** A part of `KeyringOptions`. */
export interface ProofOption {
  /**
   * Lets keys be bound, so that a stolen token alone does nothing: each request with such a key must prove that its sender holds a private
   * key. Every process that verifies needs the option: without it, requests with a bound key get 503. @defaultValue no key can be bound
   */
  readonly proofs?: ProofOptions | undefined
}

const names: NamesOf<ProofOptions> = { dpop: true, mtls: true }
const mtlsNames: NamesOf<MtlsOptions> = { header: true }

/**
 * Reads which proofs a keyring checks, and so what its keys can be bound to.
 *
 * @throws {@link InvalidOptions}
 */
export function readProofs(
  { proofs: options, rateLimiter }: ProofOption & { readonly rateLimiter?: unknown },
  store: { readonly bindings?: true | undefined },
): { readonly proofs: Proofs; readonly bindable: Bindable } {
  const proofs = proofsOf(options, readRateLimiter(rateLimiter))
  return { proofs, bindable: bindable(store, proofs) }
}

function proofsOf(options: unknown, limiter: RateLimiter): Proofs {
  if (options === undefined) return makeProofs(null, null, limiter)
  checkNames(options, names, { at: 'proofs' })
  const { dpop = null, mtls } = options as ProofOptions // both are checked here
  if (dpop !== null && (typeof dpop?.check !== 'function' || typeof dpop.nonce !== 'function')) {
    throw new InvalidOptions('proofs.dpop', 'a checker of proofs such as dpopProofs({ baseUrls })')
  }
  return makeProofs(dpop, mtls === undefined ? null : readHeader(mtls), limiter)
}

function readHeader(mtls: unknown): string {
  checkNames(mtls, mtlsNames, { at: 'proofs.mtls' })
  const { header = 'Client-Cert' } = mtls as Partial<Record<string, unknown>> // it is checked here
  if (typeof header === 'string' && /^[0-9A-Za-z_-]{1,64}$/.test(header) && !/^(authorization|dpop)$/i.test(header)) {
    return header.toLowerCase()
  }
  throw new InvalidOptions('proofs.mtls.header', 'the name of the header that your proxies set, such as Client-Cert')
}
