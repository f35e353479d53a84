import type { KeyRights } from '@keywright/core/adapter'
import type { ClaimedEvents, EndpointRecord, EventRoute, StoredEvent } from '@keywright/core/store'
import { mayReceive } from '../catalog/may-receive.js'
import type { WorkerParts } from './parts.js'
import { forgetEndpoint, stopEndpoint } from './stop-endpoint.js'

type Known = KeyRights | { readonly ok: 'unknown' }

const together = 50

/**
 * Finds the endpoints that events go to: those that want them, and whose key may hear of them now. A key is asked about once, for all
 * events of the call. Where its rights cannot be known, the event is queued: they are looked at again before it is sent.
 */
export async function routeEvents(
  parts: WorkerParts,
  { events, endpoints }: ClaimedEvents,
): Promise<readonly EventRoute[]> {
  const wanted = endpoints.filter((endpoint) => events.some((event) => wants(endpoint, event)))
  const rights = await loadRights(parts, wanted)
  const ended = wanted.filter((endpoint) => rights.get(endpoint.keyId)?.ok === false)
  for (const endpoint of ended) await endEndpoint(parts, endpoint, rights.get(endpoint.keyId))
  await preloadLevels(parts, events, wanted, rights)
  return Promise.all(
    events.map(async (event) => {
      const those = wanted.filter((endpoint) => wants(endpoint, event))
      const may = await Promise.all(those.map((endpoint) => isFor(parts, event, rights.get(endpoint.keyId))))
      return { eventId: event.id, endpointIds: those.filter((_, index) => may[index]).map(({ id }) => id) }
    }),
  )
}

function wants({ organizationId, types, createdAt }: EndpointRecord, event: StoredEvent): boolean {
  return (
    organizationId === event.organizationId &&
    createdAt <= event.createdAt &&
    (types === null || types.includes(event.type))
  )
}

async function loadRights(
  { door }: WorkerParts,
  endpoints: readonly EndpointRecord[],
): Promise<ReadonlyMap<string, Known>> {
  const ids = [...new Set(endpoints.map(({ keyId }) => keyId))]
  const rights = new Map<string, Known>()
  for (let at = 0; at < ids.length; at += together) {
    await Promise.all(
      ids.slice(at, at + together).map(async (id) => {
        rights.set(id, await door.principalOf(id).catch((): Known => ({ ok: 'unknown' })))
      }),
    )
  }
  return rights
}

/** Ends the endpoint of a key that never works again. */
export async function endEndpoint(
  parts: Pick<WorkerParts, 'store' | 'door' | 'emit' | 'disabled'>,
  endpoint: EndpointRecord,
  rights: Known | undefined,
): Promise<void> {
  if (rights?.ok !== false) return
  if (rights.code === 'key_deleted') await forgetEndpoint(parts, endpoint.id)
  if (rights.code === 'key_revoked' || rights.code === 'key_expired') await stopEndpoint(parts, endpoint, rights.code)
}

/** Asks the host for the levels on all resources of a type in one call for each key. */
async function preloadLevels(
  { catalog, access }: WorkerParts,
  events: readonly StoredEvent[],
  endpoints: readonly EndpointRecord[],
  rights: ReadonlyMap<string, Known>,
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
  rights: Known | undefined,
): Promise<boolean> {
  if (rights === undefined || rights.ok === false) return false
  if (rights.ok === 'unknown') return true
  return mayReceive(access, catalog, rights.principal, event).catch(() => true)
}
