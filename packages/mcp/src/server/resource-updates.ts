import type { RuleSettings } from './rules/rule.js'
import { mayRead } from './rules/visibility.js'

type Notify = (notification: { readonly method?: unknown; readonly params?: unknown }, options?: unknown) => unknown

/**
 * Sends `notifications/resources/updated` only while the client may read the resource. Rights are asked for each time: a
 * subscription outlives them.
 */
export function guardUpdates(inner: object, settings: RuleSettings): void {
  const original: unknown = Reflect.get(inner, 'notification')
  if (typeof original !== 'function') return
  const notify: Notify = original.bind(inner)
  const guarded: Notify = async (notification, options) => {
    const isUpdate = notification.method === 'notifications/resources/updated'
    if (isUpdate && !(await mayHear(notification.params, settings))) return
    return notify(notification, options)
  }
  Object.assign(inner, { notification: guarded })
}

async function mayHear(params: unknown, settings: RuleSettings): Promise<boolean> {
  const { uri } = (params ?? {}) as { readonly uri?: unknown }
  const { byUri, latest } = settings.subscribers
  try {
    const caller = await (byUri.get(String(uri)) ?? latest)?.renew()
    return caller != null && (await mayRead(uri, caller, settings))
  } catch {
    return false // The host cannot say it now, and was told so.
  }
}
