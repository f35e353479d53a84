/** A value, now or later. What a host answers at once is not waited for: each wait costs as much as the rest of a check. */
export type MaybePromise<T> = T | Promise<T>

/** A host may answer with something that has `then` alone: pass it through `Promise.resolve` before its other methods are used. */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
