import type { Keyring } from '@keywright/core'

/** Revokes the key of a token that somebody found in public. Only the right token ends its key: an id is no secret. */
export async function revokeLeaked(keyring: Pick<Keyring, 'reportLeak'>, found: string, url: string): Promise<boolean> {
  const { outcome } = await keyring.reportLeak(found, { source: 'our scanner', url })
  return outcome !== 'unknown'
}
