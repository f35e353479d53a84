import type { DeliveryClaim } from '@keywright/core/store'

/** What a worker may still have of each endpoint and each organization. */
export interface Shares {
  /** Those of which it has all that it may have. */
  full(): { readonly endpoints: readonly string[]; readonly organizations: readonly string[] }
  /** Counts one more, if the worker may have it. */
  take(of: { readonly endpointId: string; readonly organizationId: string }): boolean
}

export function sharesOf({
  perEndpoint,
  perOrganization,
  taken,
}: Pick<DeliveryClaim, 'perEndpoint' | 'perOrganization' | 'taken'>): Shares {
  const byEndpoint = new Map<string, number>()
  const byOrganization = new Map<string, number>()
  const add = (counts: Map<string, number>, id: string) => counts.set(id, (counts.get(id) ?? 0) + 1)
  const idsFrom = (counts: ReadonlyMap<string, number>, most: number) =>
    [...counts].filter(([, count]) => count >= most).map(([id]) => id)
  for (const { id, organizationId } of taken) {
    add(byEndpoint, id)
    add(byOrganization, organizationId)
  }
  return {
    full: () => ({
      endpoints: idsFrom(byEndpoint, perEndpoint),
      organizations: idsFrom(byOrganization, perOrganization),
    }),
    take({ endpointId, organizationId }) {
      if ((byEndpoint.get(endpointId) ?? 0) >= perEndpoint) return false
      if ((byOrganization.get(organizationId) ?? 0) >= perOrganization) return false
      add(byEndpoint, endpointId)
      add(byOrganization, organizationId)
      return true
    },
  }
}
