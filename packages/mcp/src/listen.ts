import type { Caller } from './callers.js'
import { decide } from './decide.js'
import { findResource, isEnabled, type Registry } from './registry.js'
import { hasMethod, replaceMessages } from './rpc-body.js'

/** Takes out of `subscriptions/listen` requests the URIs that the caller may not read. */
export type ListenFilter = (caller: Caller, body: unknown) => Promise<unknown>

/**
 * v2 answers `subscriptions/listen` before any handler, so it is decided on the way in. What is left out is not told apart
 * from what does not exist.
 */
export function listenFilter(known: Registry): ListenFilter {
  return (caller, body) =>
    replaceMessages(body, 'subscriptions/listen', async (message) => {
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
    })
}

/** Whether a body holds such a request. */
export function isListen(body: unknown): boolean {
  return hasMethod(body, 'subscriptions/listen')
}
