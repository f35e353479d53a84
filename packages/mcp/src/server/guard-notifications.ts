/** Whether the client of a server may hear of something. Asked each time: what a client may hear changes. */
export type MayHear = (params: unknown) => Promise<boolean>

type Notify = (notification: { readonly method?: unknown; readonly params?: unknown }, options?: unknown) => unknown

/** Sends the notifications of these methods only while the client may hear them, and all others always. */
export function guardNotifications(inner: object, guarded: ReadonlyMap<unknown, MayHear>): void {
  const original: unknown = Reflect.get(inner, 'notification')
  if (typeof original !== 'function') return
  const notify: Notify = original.bind(inner)
  const notification: Notify = async (notification, options) => {
    const mayHear = guarded.get(notification.method)
    if (mayHear !== undefined && !(await mayHear(notification.params).catch(() => false))) return // An outage was told.
    return notify(notification, options)
  }
  Object.assign(inner, { notification })
}
