import type { Caller } from './callers.js'
import { decide } from './decide.js'
import { findResource, isEnabled, type Registry } from './registry.js'

/** Takes out of `subscriptions/listen` requests the URIs that the caller may not read. */
export type ListenFilter = (caller: Caller, body: unknown) => Promise<unknown>

/**
 * v2 answers `subscriptions/listen` before any handler, so it is decided on the way in. What is left out is not told apart
 * from what does not exist.
 */
export function listenFilter(known: Registry): ListenFilter {
  const filter = async (caller: Caller, message: unknown): Promise<unknown> => {
    if (!isListenMessage(message)) return message
    const params = message.params ?? {}
    const notifications = params.notifications
    if (typeof notifications !== 'object' || notifications === null) return message
    const uris: unknown = Reflect.get(notifications, 'resourceSubscriptions')
    if (uris === undefined) return message
    const allowed: unknown[] = []
    for (const uri of Array.isArray(uris) ? uris : []) {
      const found = findResource(known, uri)
      if (found === null || !isEnabled(found.entry)) continue
      if ((await decide(found.entry.access, caller, found.args)).ok) allowed.push(uri)
    }
    return { ...message, params: { ...params, notifications: { ...notifications, resourceSubscriptions: allowed } } }
  }
  return async (caller, body) =>
    Array.isArray(body) ? Promise.all(body.map((message) => filter(caller, message))) : filter(caller, body)
}

/** Whether a body holds such a request. */
export function isListen(body: unknown): boolean {
  return Array.isArray(body) ? body.some(isListenMessage) : isListenMessage(body)
}

function isListenMessage(message: unknown): message is { readonly params?: Readonly<Record<string, unknown>> } {
  return typeof message === 'object' && message !== null && Reflect.get(message, 'method') === 'subscriptions/listen'
}
