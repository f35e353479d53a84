import { detailFor, type PublicRefusal } from './problem.js'
import { statusTable } from './status-table.js'

/** The fixed parameters of a challenge. */
export interface ChallengeOptions {
  /** The name of the protected API, for the client. */
  readonly realm: string
  /** The URL of the protected resource's metadata (RFC 9728). @defaultValue none: no authorization server issues keys */
  readonly resourceMetadata?: string | undefined
  /** The headers that may have a key, which texts name. @defaultValue `X-API-Key` */
  readonly keyHeaders?: readonly string[] | undefined
}

/**
 * Returns the value of `WWW-Authenticate` for a refused request, or `null` if the refusal has no challenge. Characters that are
 * not allowed in the value are removed.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3 | RFC 6750 §3}
 */
export function challengeFor(
  refusal: PublicRefusal,
  { realm, resourceMetadata, keyHeaders }: ChallengeOptions,
): string | null {
  const { challenge } = statusTable[refusal.code]
  if (challenge === null) return null
  if (refusal.code === 'proof_required' || refusal.code === 'proof_invalid') return proofChallenge(refusal, realm)

  const parameters = [parameter('realm', realm)]
  if (challenge !== 'bare') parameters.push(parameter('error', challenge))
  if (challenge === 'invalid_request') parameters.push(parameter('error_description', detailFor(refusal, keyHeaders)))
  if (refusal.code === 'insufficient_scope') {
    const scopes = [...refusal.required, ...(refusal.anyOf ?? [])]
    if (scopes.length > 0) parameters.push(parameter('scope', scopes.join(' ')))
  }
  if (resourceMetadata !== undefined) parameters.push(parameter('resource_metadata', resourceMetadata))
  return `Bearer ${parameters.join(', ')}`
}

/** RFC 9449 §7.1: what may be tried again, and with which signatures. */
function proofChallenge(
  { challenge }: Extract<PublicRefusal, { code: 'proof_required' | 'proof_invalid' }>,
  realm: string,
): string {
  const { scheme = 'Bearer', error = 'invalid_token', algorithms = [] } = challenge ?? {}
  const parameters = [parameter('realm', realm), parameter('error', error)]
  if (algorithms.length > 0) parameters.push(parameter('algs', algorithms.join(' ')))
  return `${scheme} ${parameters.join(', ')}`
}

/** Removes characters that RFC 6750 §3 does not allow, so that the value cannot end the quotes or the line. */
function parameter(name: string, value: string): string {
  return `${name}="${value.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '')}"`
}
