import type { Access, Principal } from '@keywright/core'
import type { NewEvent } from '@keywright/core/store'
import { type EventCatalog, testType } from './event-catalog.js'

/** Whether this process knows a type. One of a newer version is another process's to route. */
export function isKnownType({ types }: EventCatalog, type: string): boolean {
  return types.has(type) || type === testType || type.startsWith('api_key.')
}

/**
 * Whether a key may hear of an event now.
 *
 * @throws what the host's functions throw: then it is not known.
 */
export async function mayReceive(
  access: Access,
  { types }: EventCatalog,
  principal: Principal,
  { type, organizationId, resource }: NewEvent,
): Promise<boolean> {
  if (principal.organizationId !== organizationId) return false
  if (type === testType) return true
  const definition = types.get(type)
  if (definition === undefined) return false
  const { scope } = definition
  if (!access.resourceScopes.has(scope)) return principal.allows(scope)
  return resource !== null && principal.allowsOn(scope, resource)
}
