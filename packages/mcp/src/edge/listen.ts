import type { Caller } from '../caller/caller.js'
import { decide } from '../caller/decide.js'
import { hasMethod, replaceMessages } from '../rpc/rpc-body.js'
import { findResource, isEnabled, type Registry } from '../server/registry.js'

/** Removes the URIs that the caller may not read from `subscriptions/listen` requests. */
export type ListenFilter = (caller: Caller, body: unknown, registry: Registry) => Promise<unknown>

/**
 * SDK v2 answers `subscriptions/listen` before any handler runs, so the request itself is filtered. The client cannot tell a
 * removed URI from one that does not exist.
 *
 * @param registry - What the servers of this caller have.
 */
export const filterListen: ListenFilter = (caller, body, registry) =>
  replaceMessages(body, 'subscriptions/listen', async (message) => {
    const params = message.params ?? {}
    const notifications = params.notifications
    if (typeof notifications !== 'object' || notifications === null) return message
    const uris: unknown = Reflect.get(notifications, 'resourceSubscriptions')
    if (uris === undefined) return message
    const allowed: unknown[] = []
    for (const uri of Array.isArray(uris) ? uris : []) {
      const found = findResource(registry, uri)
      if (found === null || !isEnabled(found.entry)) continue
      if ((await decide(found.entry.access, caller, found.args)).ok) allowed.push(uri)
    }
    return { ...message, params: { ...params, notifications: { ...notifications, resourceSubscriptions: allowed } } }
  })

/** Whether a body contains a `subscriptions/listen` request. */
export function isListen(body: unknown): boolean {
  return hasMethod(body, 'subscriptions/listen')
}
