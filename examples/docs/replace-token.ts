import type { Keyring, Secret } from '@keywright/core'

const hour = 3_600_000

/** Gives a key a new token. The one before works for a day, unless somebody else may have it. */
export async function replaceToken(keyring: Pick<Keyring, 'rotate'>, id: string, isLeaked: boolean): Promise<Secret> {
  const { token } = await keyring.rotate(id, { graceMs: isLeaked ? 0 : 24 * hour })
  return token
}
