import { KeyNotFound, type Keyring } from '@keywright/core'
import { parseToken } from '@keywright/core/token'

/**
 * Revokes the key of a token that somebody found in public. Only the right token ends its key: an id is no secret, and whoever
 * knows one can write a text of the right form.
 *
 * @returns the id of the key, or `null` if there is nothing to revoke.
 */
export async function revokeLeaked(
  keyring: Pick<Keyring, 'verify' | 'revoke'>,
  found: string,
  namespaces: readonly string[],
): Promise<string | null> {
  const parsed = parseToken(found, { namespaces })
  if (!parsed.ok) return null
  const verdict = await keyring.verify(found, { cost: 0, countUsage: false })
  if (!verdict.ok && verdict.refusal.code === 'auth_unavailable') throw new Error('Not known yet: ask again later.')
  if (!verdict.ok && verdict.refusal.code === 'api_key_invalid') return null
  try {
    await keyring.revoke(parsed.id, { reason: 'leaked' })
    return parsed.id
  } catch (error) {
    if (error instanceof KeyNotFound) return null // deleted meanwhile
    throw error
  }
}
