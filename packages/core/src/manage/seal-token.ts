import type { SealContext, Sealer } from '../crypto/index.js'
import { RevealUnavailable } from '../errors/index.js'
import type { ManageParts } from './parts.js'

/** Which key a token belongs to. */
export interface SealedKey {
  readonly id: string
  readonly organizationId: string
  readonly environment: string | null
}

/**
 * Seals a new token where reveal is on for its environment; `null` elsewhere.
 *
 * @throws RevealUnavailable if the sealer fails: rather no key than one that was promised to be revealable.
 */
export async function sealToken({ reveal }: ManageParts, key: SealedKey, token: string): Promise<string | null> {
  return reveal?.covers(key.environment) === true ? sealWith(reveal.sealer, key, token) : null
}

/** @throws RevealUnavailable if the sealer fails. */
export async function sealWith(sealer: Sealer, key: Omit<SealedKey, 'environment'>, token: string): Promise<string> {
  try {
    return await sealer.seal(token, sealContext(key))
  } catch (cause) {
    throw new RevealUnavailable(key.id, 'sealer', { cause })
  }
}

/** What a token is sealed for: it opens for no other key and no other organisation. */
export function sealContext({ id, organizationId }: Omit<SealedKey, 'environment'>): SealContext {
  return { purpose: 'apikey-reveal/v1', tenant: organizationId, id }
}
