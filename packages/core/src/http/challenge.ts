import { outcomes } from './outcome.js'
import { detailFor, type RefusalToTell } from './problem.js'

/** Options of {@link challengeFor}. */
export interface ChallengeOptions {
  /** Names what the key opens. */
  readonly realm: string
  /** The URL of the protected resource's metadata (RFC 9728). @defaultValue none: keys come from no authorization server */
  readonly resourceMetadata?: string | undefined
}

/**
 * Makes the value of `WWW-Authenticate` for a refused request, or `null` where it gets none. Whatever the texts hold, the
 * value is a legal one (HTTP-6).
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3 | RFC 6750 §3}
 */
export function challengeFor(refusal: RefusalToTell, { realm, resourceMetadata }: ChallengeOptions): string | null {
  const { challenge } = outcomes[refusal.code]
  if (challenge === null) return null

  const parameters = [parameter('realm', realm)]
  if (challenge !== 'bare') parameters.push(parameter('error', challenge))
  if (challenge === 'invalid_request') parameters.push(parameter('error_description', detailFor(refusal)))
  if (refusal.code === 'insufficient_scope') {
    const scopes = [...refusal.required, ...(refusal.anyOf ?? [])]
    if (scopes.length > 0) parameters.push(parameter('scope', scopes.join(' ')))
  }
  if (resourceMetadata !== undefined) parameters.push(parameter('resource_metadata', resourceMetadata))
  return `Bearer ${parameters.join(', ')}`
}

/** Drops what RFC 6750 §3 does not allow in a value, so that nothing in it can end the quotes or the line. */
function parameter(name: string, value: string): string {
  return `${name}="${value.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '')}"`
}
