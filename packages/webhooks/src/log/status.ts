import { InvalidInput } from '@keywright/core'
import { checkId, checkNames, wrapStoreErrors } from '@keywright/core/adapter'
import type { EndpointCounts } from '@keywright/core/store'
import type { EndpointParts } from '../endpoints/parts.js'

/** How webhooks are doing. */
export interface WebhooksStatus {
  /** Events that wait to be sent, or to be tried again. */
  readonly waiting: number
  /** Events that wait for their endpoint to be resumed. */
  readonly held: number
  /** When the oldest that waits happened; `null`: none waits. */
  readonly oldest: Date | null
  /** How long ago that is, in ms; 0: none waits. A growing number means that no worker runs, or too few. */
  readonly oldestMs: number
  /** What became of events of the last 24 hours, by endpoint: only those that had some. */
  readonly endpoints: readonly (EndpointCounts & {
    /** Of those that were sent, or given up: 0 to 1. */
    readonly failureRate: number
  })[]
}

const dayMs = 86_400_000

export async function loadStatus(
  { store, door }: EndpointParts,
  query: { readonly organizationId?: string },
): Promise<WebhooksStatus> {
  checkNames(query, { organizationId: true }, { Invalid: InvalidInput, defined: ['organizationId'] })
  const within =
    query.organizationId === undefined ? {} : { organizationId: checkId(query.organizationId, 'organizationId') }
  const since = new Date((await door.now()).getTime() - dayMs)
  const { now, events, pending, held, oldest, endpoints } = await wrapStoreErrors(store.status({ ...within, since }))
  return {
    waiting: events + pending,
    held,
    oldest,
    oldestMs: oldest === null ? 0 : Math.max(now.getTime() - oldest.getTime(), 0),
    endpoints: endpoints.map((counts) => {
      const ended = counts.delivered + counts.failed
      return { ...counts, failureRate: ended === 0 ? 0 : counts.failed / ended }
    }),
  }
}
