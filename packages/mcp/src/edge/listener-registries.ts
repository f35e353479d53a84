import type { Registry } from '../server/registry.js'

/** How many callers an endpoint remembers whose servers have other resources than those of the last caller. */
const maxRemembered = 100

/** What the servers of single callers have, where it is not what the endpoint knows. The longest unused is forgotten first. */
export interface ListenerRegistries {
  find(binding: string): Registry | undefined
  remember(binding: string, registry: Registry): void
}

/** Remembers nothing yet. */
export function listenerRegistries(): ListenerRegistries {
  const registries = new Map<string, Registry>()
  return {
    find: (binding) => registries.get(binding),
    remember: (binding, registry) => {
      registries.delete(binding)
      registries.set(binding, registry)
      const [oldest] = registries.keys()
      if (registries.size > maxRemembered && oldest !== undefined) registries.delete(oldest)
    },
  }
}
