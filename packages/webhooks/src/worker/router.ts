import type { EventRoute, StoredEvent } from '@keywright/core/store'
import { isKnownType } from '../catalog/may-receive.js'
import { loadRights } from './load-rights.js'
import type { WorkerParts } from './parts.js'
import { routeEvents } from './route-events.js'
import { endEndpoint } from './stop-endpoint.js'

const eventsAtOnce = 100
const endpointsOfKey = 100
const dayMs = 86_400_000

/**
 * Takes events from the outbox, and queues them for the endpoints that may have them: each organization by itself, so that one that
 * fails, or whose rights are slow to know, keeps no other waiting for good.
 *
 * @param failed - Told of each organization that failed: its events come again after the lease.
 * @returns how many events were taken.
 */
export async function routeDueEvents(parts: WorkerParts, failed: (error: unknown) => void): Promise<number> {
  const { store, worker, leaseMs, catalog, door } = parts
  const events = await store.claimEvents({ worker, limit: eventsAtOnce, leaseMs })
  const until = performance.now() + leaseMs / 2
  const now = events.some(({ type }) => !isKnownType(catalog, type)) ? await door.now() : null
  // A process of a newer version knows it, and has its turn after the lease.
  const mine = events.filter((event) => isKnownType(catalog, event.type) || isGivenUp(parts, event, now))
  const route = async (organizationId: string, some: readonly StoredEvent[]): Promise<readonly EventRoute[]> => {
    for (const event of some) await endKeyOf(parts, event, until)
    return routeEvents(parts, organizationId, some, { until, failed })
  }
  const routing = [...byOrganization(mine)].map(async ([organizationId, some]) =>
    route(organizationId, some).catch((error: unknown) => {
      failed(error)
      return []
    }),
  )
  const routes = await Promise.all(routing)
  if (events.length === 0) return 0
  try {
    await store.queue(worker, routes.flat())
  } catch (error) {
    failed(error)
    // By itself, each but the one that is in the way can be queued.
    for (const some of routes) await store.queue(worker, some).catch(failed)
  }
  return events.length
}

function isGivenUp({ emit }: WorkerParts, event: StoredEvent, now: Date | null): boolean {
  const { id: eventId, type: eventType, organizationId, createdAt } = event
  if (now === null || now.getTime() - createdAt.getTime() < dayMs) return false
  emit({ type: 'webhook.type_unknown', eventId, eventType, organizationId })
  return true
}

function byOrganization(events: readonly StoredEvent[]): ReadonlyMap<string, readonly StoredEvent[]> {
  const groups = new Map<string, StoredEvent[]>()
  for (const event of events) groups.set(event.organizationId, [...(groups.get(event.organizationId) ?? []), event])
  return groups
}

/** The endpoints of a key that was revoked or deleted end with it, paused ones as well. */
async function endKeyOf(
  parts: WorkerParts,
  { type, organizationId, resource }: StoredEvent,
  until: number,
): Promise<void> {
  if (resource === null || (type !== 'api_key.revoked' && type !== 'api_key.deleted')) return
  const keyId = resource.id
  const endpoints = await parts.store.listEndpoints({ organizationId, keyId, limit: endpointsOfKey })
  if (endpoints.length === 0) return
  const rights = (await loadRights(parts, new Set([keyId]), until)).get(keyId)
  for (const endpoint of endpoints) await endEndpoint(parts, endpoint, rights)
}
