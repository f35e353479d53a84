import { Secret } from '../crypto/index.js'
import { InvalidState, isKeyError, RevealUnavailable, ScopeExceedsActor } from '../errors/index.js'
import { checkActor, type ManageOptions } from '../input/index.js'
import { organizationOf } from '../store/index.js'
import { changePrepared } from './change-key.js'
import type { ManageParts } from './parts.js'
import { sealContext } from './seal-token.js'

/**
 * Shows a key's token again, where reveal is on. The audit record is committed before the token is given out.
 * Who may ask, and how fresh their login must be, is for the caller to decide; an API key never may.
 *
 * @throws ScopeExceedsActor if the actor is a key; RevealUnavailable; KeyNotFound; StoreUnavailable.
 */
export async function revealKey(parts: ManageParts, id: string, options: ManageOptions): Promise<Secret> {
  if (checkActor(options).type === 'key') throw new ScopeExceedsActor('actor', ['reveal'])
  let text = ''
  await changePrepared(parts, id, options, async ({ record: seen }) => {
    const { reveal } = parts
    const environment = parts.environmentOf.get(seen.environment) ?? seen.environment
    if (reveal === null || !reveal.covers(environment)) throw new RevealUnavailable(seen.id, 'off')
    if (seen.status === 'revoked') throw new RevealUnavailable(seen.id, 'erased')
    if (seen.status === 'unknown') throw new InvalidState(seen.id, seen.status, 'reveal')
    if (seen.sealed === null) throw new RevealUnavailable(seen.id, 'not_sealed')
    try {
      text = await reveal.sealer.open(seen.sealed, sealContext({ ...seen, organizationId: organizationOf(seen.owner) }))
    } catch (error) {
      if (isKeyError(error) && error.code === 'host_unavailable')
        throw new RevealUnavailable(seen.id, 'sealer', { cause: error })
      // No cause: what went wrong with a seal is nobody's business but the operator's, who is told by the event.
      parts.emit({ type: 'api_key.reveal_failed', keyId: seen.id })
      throw new RevealUnavailable(seen.id, 'unreadable')
    }
    return { decide: () => ({ write: {}, audit: [{ type: 'api_key.revealed', data: {} }] }) }
  })
  return new Secret(text)
}
