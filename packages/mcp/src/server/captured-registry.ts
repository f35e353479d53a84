import { AsyncLocalStorage } from 'node:async_hooks'
import type { Registry } from './registry.js'

const capturing = /* @__PURE__ */ new AsyncLocalStorage<Registry>()

/** Adds to `registry` what the servers register that are protected during `work`: a host may make others for each caller. */
export function captureRegistry<T>(registry: Registry, work: () => T): T {
  return capturing.run(registry, work)
}

/** The registry to which a server adds what it registers, beside its own. */
export function capturingRegistry(): Registry | null {
  const registry = capturing.getStore() ?? null
  if (registry !== null) captured.add(registry)
  return registry
}

const captured = new WeakSet<Registry>()

/** Whether a server was protected while `registry` was to be added to. */
export function hasCaptured(registry: Registry): boolean {
  return captured.has(registry)
}
