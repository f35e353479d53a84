import { isPromise } from './maybe-promise.js'

/**
 * Wraps a callback of the host so that it cannot affect the request: its errors and rejections are dropped, and it is not
 * awaited. For `undefined`, the result does nothing.
 */
export function isolated<E>(observe: ((event: E) => unknown) | undefined): (event: E) => void {
  if (observe === undefined) return () => {}
  return (event) => {
    try {
      const seen = observe(event)
      if (isPromise(seen)) Promise.resolve(seen).catch(() => {})
    } catch {
      // An error of the observer must not fail the request.
    }
  }
}
