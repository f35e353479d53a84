import type { Actor, Keyring } from '@keywright/core'

/** Gives the keys of the organization that are still used to whoever takes over, and ends what is left of a leaver. */
export async function leave(
  keyring: Pick<Keyring, 'list' | 'transfer' | 'revokeAll'>,
  organizationId: string,
  { leaver, successor, by, usedSince }: { leaver: string; successor: string; by: Actor; usedSince: Date },
): Promise<readonly string[]> {
  const createdBy = { type: 'user', id: leaver } as const
  const owner = { type: 'organization', id: organizationId } as const
  for (let cursor: string | null = null; ; ) {
    const { keys, nextCursor } = await keyring.list({ organizationId, owner, createdBy, status: 'active', cursor })
    for (const { id, lastUsedAt } of keys) {
      const isUsed = lastUsedAt !== null && lastUsedAt >= usedSince
      if (isUsed) await keyring.transfer(id, { createdBy: { type: 'user', id: successor } }, { actor: by })
    }
    cursor = nextCursor
    if (cursor === null) break
  }
  const left = await keyring.revokeAll({ organizationId, createdBy }, { reason: 'left' }, { actor: by })
  return left.revoked.map(({ name }) => name)
}
