import type { ClaimedDelivery, DeliveryClaim } from '@keywright/core/store'

type Share = Pick<DeliveryClaim, 'limit' | 'perOrganization' | 'taken'>

/**
 * Claims with a share for each organization, a quarter of what a worker does at once: one whose receivers are slow takes no more. What
 * nobody else wants then goes to whoever has more, up to a half.
 */
export async function shareOf(
  { taken, limit, concurrency }: Omit<Share, 'perOrganization'> & { readonly concurrency: number },
  claim: (share: Share) => Promise<readonly ClaimedDelivery[]>,
): Promise<readonly ClaimedDelivery[]> {
  const [quarter, half] = [Math.ceil(concurrency / 4), Math.ceil(concurrency / 2)]
  const first = await claim({ taken, limit, perOrganization: quarter })
  const all = [...taken, ...first.map(({ endpoint }) => endpoint)]
  if (first.length === limit || !hasFull(all, quarter)) return first
  const more = await claim({ taken: all, limit: limit - first.length, perOrganization: half })
  return [...first, ...more]
}

function hasFull(taken: Share['taken'], share: number): boolean {
  const counts = new Map<string, number>()
  for (const { organizationId } of taken) counts.set(organizationId, (counts.get(organizationId) ?? 0) + 1)
  return Math.max(0, ...counts.values()) >= share
}
