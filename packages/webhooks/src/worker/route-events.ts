import type { EndpointRecord, EventRoute, StoredEvent } from '@keywright/core/store'
import { mayReceive } from '../catalog/may-receive.js'
import { type KnownRights, loadRights } from './load-rights.js'
import type { WorkerParts } from './parts.js'
import { endEndpoint } from './stop-endpoint.js'

const page = 500

/**
 * Finds the endpoints that events of one organization go to: those that want them, and whose key may hear of them now. Where its
 * rights cannot be known, the event is queued: they are looked at again before it is sent.
 *
 * @param until - By `performance.now()`: what is not known by then is not asked.
 * @param failed - Told of an endpoint whose key has ended, and which could not be disabled now.
 */
export async function routeEvents(
  parts: WorkerParts,
  organizationId: string,
  events: readonly StoredEvent[],
  { until, failed }: { readonly until: number; readonly failed: (error: unknown) => void },
): Promise<readonly EventRoute[]> {
  const routes = new Map(events.map(({ id }) => [id, [] as string[]]))
  let after: Pick<EndpointRecord, 'createdAt' | 'id'> | undefined
  while (true) {
    const place = after === undefined ? {} : { after }
    const all = await parts.store.listEndpoints({ organizationId, status: 'active', limit: page, ...place })
    const endpoints = all.filter((endpoint) => events.some((event) => wants(endpoint, event)))
    const rights = await loadRights(parts, new Set(endpoints.map(({ keyId }) => keyId)), until)
    for (const endpoint of endpoints) await endEndpoint(parts, endpoint, rights.get(endpoint.keyId)).catch(failed)
    await preloadLevels(parts, events, endpoints, rights)
    for (const event of events) {
      const those = endpoints.filter((endpoint) => wants(endpoint, event))
      const may = await Promise.all(those.map(({ keyId }) => isFor(parts, event, rights.get(keyId))))
      routes.get(event.id)?.push(...those.filter((_, index) => may[index]).map(({ id }) => id))
    }
    after = all.at(-1)
    if (all.length < page) return [...routes].map(([eventId, endpointIds]) => ({ eventId, endpointIds }))
  }
}

function wants({ types, createdAt }: EndpointRecord, event: StoredEvent): boolean {
  return createdAt <= event.createdAt && (types === null || types.includes(event.type))
}

/** Asks the host for the levels on all resources of a type in one call for each key. */
async function preloadLevels(
  { catalog, access }: WorkerParts,
  events: readonly StoredEvent[],
  endpoints: readonly EndpointRecord[],
  rights: ReadonlyMap<string, KnownRights>,
): Promise<void> {
  const asked = new Map<string, Map<string, Set<string>>>()
  for (const event of events) {
    const { resource } = event
    const scope = catalog.types.get(event.type)?.scope
    if (resource === null || scope === undefined || !access.resourceScopes.has(scope)) continue
    for (const endpoint of endpoints.filter((one) => wants(one, event))) {
      const types = asked.get(endpoint.keyId) ?? new Map<string, Set<string>>()
      types.set(resource.type, (types.get(resource.type) ?? new Set()).add(resource.id))
      asked.set(endpoint.keyId, types)
    }
  }
  const loads = [...asked].flatMap(([keyId, types]) => {
    const known = rights.get(keyId)
    if (known?.ok !== true) return []
    return [...types].map(([type, ids]) => known.principal.levelsOn(type, [...ids]))
  })
  // What fails here is asked again for each event, and is unknown there.
  await Promise.allSettled(loads)
}

async function isFor(
  { access, catalog }: WorkerParts,
  event: StoredEvent,
  rights: KnownRights | undefined,
): Promise<boolean> {
  if (rights === undefined || rights.ok === 'unknown') return true
  if (!rights.ok) return false
  return mayReceive(access, catalog, rights.principal, event).catch(() => true)
}
