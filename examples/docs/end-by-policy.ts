import type { Keyring } from '@keywright/core'

/** Ends the keys of an organization that break its policy, at an instant that leaves their holders time. */
export async function endByPolicy(
  keyring: Pick<Keyring, 'list' | 'revoke'>,
  organizationId: string,
  at: Date,
): Promise<number> {
  const status = ['active', 'disabled'] as const
  let count = 0
  let cursor: string | undefined
  do {
    const page = await keyring.list({ organizationId, breaksPolicy: true, status, cursor })
    for (const { id } of page.keys) await keyring.revoke(id, { reason: 'policy', at })
    count += page.keys.length
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return count
}
